// What a walk stands on: the server's address, a browser, mails, codes, and the judges that look at every page.

import axe from 'axe-core'
import { createHmac } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

export const server = need('HARKEN_URL').replace(/\/$/, '')
export const setUpLink = process.env.HARKEN_SETUP_URL
/** Where a server without a mail server writes its mails. */
const mails = process.env.HARKEN_MAIL

export function need(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is missing; README.md says what a walk needs`)
  return value
}

/** How long anything may take before a walk calls it stuck: a busy machine is slow, and only what hangs takes a minute. */
const PATIENCE = 60_000

export function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  })
}

/** What each page has asked for and not been answered yet. */
const asked = new WeakMap()

/** A person at a browser of their own. Whatever their console complains about is kept in `complaints`. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({ baseURL: server, reducedMotion: 'reduce', viewport: { width: 1440, height: 900 }, ...options })
  const complaints = []
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const waiting = new Set()
  // A feed never ends.
  page.on('request', (request) => request.url().includes('/signals/live') || waiting.add(request))
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => waiting.delete(request))
  asked.set(page, waiting)
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error}`))
  // Statuses that a form shows beside its fields are news to the browser, too; they are no complaint.
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/status of (400|401|404|409|410|429)/.test(text)) complaints.push(`${page.url()}: ${text}`)
  })
  return { context, page, complaints }
}

/** The newest mail to somebody, decoded; waits for it. */
export async function mailTo(address) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const names = (await readdir(mails).catch(() => [])).filter((name) => name.endsWith('.eml')).sort().reverse()
    for (const name of names) {
      const mail = decode(await readFile(join(mails, name), 'latin1'))
      if (new RegExp(`^To:.*${address.replaceAll('.', '\\.')}`, 'im').test(mail)) return mail
    }
    await new Promise((later) => setTimeout(later, 250))
  }
  throw new Error(`no mail to ${address} in ${mails}`)
}

/** Quoted-printable, as far as addresses and links need it. */
function decode(mail) {
  return mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

export function linkIn(mail, page) {
  const found = mail.match(new RegExp(`https?://\\S+?/${page}#[\\w-]+`))
  if (!found) throw new Error(`no link to /${page} in the mail:\n${mail}`)
  return found[0].replace(/^https?:\/\/[^/]+/, server)
}

/** The six digits of an authenticator (RFC 6238), `steps` half minutes from now. */
export function code(secret, steps = 0) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replace(/[\s=]/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE(hash.at(-1) & 0xf) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

/** Waits until the page has everything that it asks for, and nothing on it moves or fades any more. */
export async function drawn(page) {
  await page.locator('h1, [role="alert"]').first().waitFor()
  const until = Date.now() + PATIENCE
  // Twice: what has come may ask for more.
  for (let quiet = 0; quiet < 2; ) {
    if (Date.now() > until) throw new Error(`${page.url()} is not complete: ${[...asked.get(page)].map((one) => one.url())}`)
    quiet = (await page.evaluate(atRest)) && asked.get(page).size === 0 ? quiet + 1 : 0
  }
}

/** In the page: whether it is complete and still, once the browser has nothing else to do. */
async function atRest() {
  await new Promise((idle) => requestIdleCallback(() => requestAnimationFrame(idle), { timeout: 500 }))
  const waits = document.querySelector('[aria-busy="true"], .mantine-Skeleton-root[data-visible="true"]')
  return !waits && document.getAnimations().every((animation) => animation.playState !== 'running')
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** All that a colour scheme changes. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** What axe finds on the page as it stands, in both colour schemes: serious and critical findings, one line each. */
export async function findings(page) {
  const found = []
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' })
    await drawn(page)
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
    const only = colorScheme === 'light' ? { type: 'tag', values: RULES } : { type: 'rule', values: COLOURS }
    const violations = await page.evaluate(async (only) => {
      const { violations } = await window.axe.run(document, { runOnly: only, resultTypes: ['violations'] })
      return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ target }) => target.join(' ')) }))
    }, only)
    for (const { id, impact, where } of violations) {
      if (impact === 'serious' || impact === 'critical') found.push(`${colorScheme} ${page.url()}: ${id}: ${where.join(', ')}`)
    }
  }
  return found
}

/** 320 pixels: the smallest telephone, and a desk's page at 400 % (WCAG 1.4.10). */
const NARROW = { width: 320, height: 640 }

/** Whether the page has to be scrolled sideways on a narrow screen, written from the left or from the right. */
export async function overflows(page) {
  const before = page.viewportSize()
  await page.setViewportSize(NARROW)
  const wide = await page.evaluate(async (width) => {
    const root = document.documentElement
    const still = () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    const direction = root.dir
    let wide = false
    for (const dir of ['ltr', 'rtl']) {
      root.dir = dir
      // Charts and what measures itself take their new size a moment later.
      for (let tries = 0; tries < 50; tries++) {
        await still()
        if (root.scrollWidth <= width) break
      }
      wide ||= root.scrollWidth > width
    }
    root.dir = direction
    return wide
  }, NARROW.width)
  await page.setViewportSize(before)
  return wide
}
