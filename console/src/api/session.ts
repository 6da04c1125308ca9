// What the browser remembers between requests: which workspace is open, and whether somebody was logged in.

const WORKSPACE = "harken.workspace";

/** The id of the workspace that requests are about; the server takes the person's oldest where there is none. */
export const workspace = {
  get: () => localStorage.getItem(WORKSPACE) ?? undefined,
  set: (id: string) => localStorage.setItem(WORKSPACE, id),
  forget: () => localStorage.removeItem(WORKSPACE),
};

type Waiting = () => void;

/**
 * A session that ends mid-work: whoever is answered 401 waits here until the person has logged in again, and then
 * asks once more. Nothing on the page is lost meanwhile.
 */
class Expiry {
  private open = false;
  private waiting: Waiting[] = [];
  private listeners = new Set<Waiting>();

  /** Set once somebody is known to be logged in; before that a 401 leads to the login page. */
  watching = false;

  subscribe = (listener: Waiting) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  isExpired = () => this.open;

  renewed(): Promise<void> {
    this.show(true);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  renew() {
    const waiting = this.waiting;
    this.waiting = [];
    this.show(false);
    for (const resolve of waiting) resolve();
  }

  private show(open: boolean) {
    if (this.open === open) return;
    this.open = open;
    for (const listener of this.listeners) listener();
  }
}

export const expiry = new Expiry();
