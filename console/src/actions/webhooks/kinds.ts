// Kinds of signal that clients usually send; any other may be typed.

export const KINDS = [
  "survey_answered",
  "order_completed",
  "page_viewed",
  "message_received",
  "call_ended",
  "mention_found",
  "review_posted",
  "conversation_resolved",
  "customer_identified",
];
