// Sends to Harken with a public Node client, unchanged: client.mjs LIBRARY HOST KEY story|flood [COUNT]
//
// `story` sends the calls of ../story.json. `flood` sends COUNT tracked events with the Segment client and prints each
// message id once the client says that it was delivered. Exits 1 when the client gave anything up.

import { readFileSync } from 'node:fs'
import Rudder from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'

const [library, host, key, what, count] = process.argv.slice(2)

/** The story's calls, with the names that these clients give to their fields. */
function story() {
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
  const calls = JSON.parse(readFileSync(new URL('../story.json', import.meta.url), 'utf8'))
  return calls.map(({ call, timestamp, ...fields }) => {
    const message = Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value]))
    return { call, message: timestamp ? { ...message, timestamp: new Date(timestamp) } : message }
  })
}

function complain(error) {
  console.error(`given up: ${error?.message ?? error}`)
  process.exitCode = 1
}

async function withSegment() {
  const client = new Analytics({ writeKey: key, host })
  client.on('error', ({ reason }) => complain(reason))
  if (what === 'story') {
    for (const { call, message } of story()) client[call](message)
  } else {
    for (let number = 0; number < Number(count); number++) {
      client.track(
        { userId: `user-${number % 100}`, event: 'Button Clicked', properties: { number } },
        (error, context) => (error ? complain(error) : console.log(context.event.messageId)),
      )
      // Let the client send while it is being fed.
      if (number % 100 === 99) await new Promise((go) => setTimeout(go, 5))
    }
  }
  await client.closeAndFlush({ timeout: 120_000 })
}

async function withRudder() {
  const client = new Rudder(key, { dataPlaneUrl: host })
  for (const { call, message } of story()) client[call](message)
  await new Promise((done) => client.flush((error) => (error && complain(error), done())))
}

await (library === 'segment' ? withSegment() : withRudder())
