// Olga sets Harken up and invites Ada; Ada comes in and protects her account; Olga does what a team does with its settings.
// Every page on the way is judged: by axe in both colour schemes, by its own content policy, and by a telephone's width.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { doors, rooms } from './pages.mjs'
import { code, drawn, findings, linkIn, mailTo, overflows, person, setUpLink, startBrowser } from './world.mjs'

const OLGA = { name: 'Olga Petrova', email: 'olga@example.com', password: 'a listening instrument' }
const ADA = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'engines weave patterns' }

/** While one waits for the server, another is judged. Each is of its own: a browser slows down what lies behind another tab. */
const WINDOWS = 3

let browser, olga, ada
before(async () => {
  browser = await startBrowser()
  olga = await person(browser)
  ada = await person(browser)
})
after(() => browser?.close())

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()
const button = (page, name) => page.getByRole('button', { name, exact: true })
const dialog = (page) => page.getByRole('dialog')

/** To the first thing that takes focus: a browser that is still busy with a page may drop a key. */
async function tab(page) {
  for (let tries = 0; tries < 20 && (await page.locator(':focus').count()) === 0; tries++) {
    await page.keyboard.press('Tab')
    await page.waitForTimeout(250)
  }
}

async function logIn(page, who) {
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password', { exact: true }).fill(who.password)
  await button(page, 'Log in').click()
}

test('a common password is refused beside its field, and what was typed stays', async () => {
  const { page } = olga
  await page.goto(setUpLink)
  await page.getByLabel('Your name').fill(OLGA.name)
  await page.getByLabel('E-mail').fill(OLGA.email)
  await page.getByLabel('Password', { exact: true }).fill('password')
  await button(page, 'Create your account').click()
  await page.getByText('one of the commonest passwords').waitFor()
  assert.equal(await page.getByLabel('Your name').inputValue(), OLGA.name)
  assert.equal(await page.getByLabel('E-mail').inputValue(), OLGA.email)
  assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid'), 'true')
})

test('a network that is down is said, and the same form goes on afterwards', async () => {
  const { page, context, complaints } = olga
  await page.getByLabel('Password', { exact: true }).fill(OLGA.password)
  await context.setOffline(true)
  await button(page, 'Create your account').click()
  await page.getByText('The server cannot be reached').waitFor()
  assert.equal(await page.getByLabel('Your name').inputValue(), OLGA.name)
  await context.setOffline(false)
  complaints.length = 0
  await button(page, 'Create your account').click()
  await heading(page, /Hello, Olga/)
})

test('Olga invites Ada, who comes in by the link of the mail and sees what an agent may see', async () => {
  await olga.page.goto('/team/members')
  await button(olga.page, 'Invite somebody').click()
  await dialog(olga.page).getByLabel('E-mail').fill(ADA.email)
  await dialog(olga.page).getByLabel('Agent').check()
  await button(olga.page, 'Send invitation').click()
  await olga.page.getByText(`Invitation sent to ${ADA.email}`).waitFor()

  const { page } = ada
  await page.goto(linkIn(await mailTo(ADA.email), 'invitation'))
  await page.getByLabel('Your name').fill(ADA.name)
  await page.getByLabel('Password', { exact: true }).fill(ADA.password)
  await button(page, 'Join').click()
  await heading(page, /Hello, Ada/)
  assert.equal(await page.getByRole('link', { name: 'API keys' }).count(), 0)

  await olga.page.reload()
  await olga.page.getByRole('cell', { name: /^Ada Lovelace/ }).waitFor()
})

let secret, recovery
test('Ada sets up a second factor and keeps her recovery codes', async () => {
  const { page } = ada
  await page.goto('/account')
  await button(page, 'Set up').click()
  await dialog(page).getByLabel('Current password').fill(ADA.password)
  await button(page, 'Go on').click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  secret = (await page.getByLabel('Secret for the authenticator app').textContent()).trim()
  assert.deepEqual(await findings(page), [])
  await dialog(page).getByLabel('Code', { exact: true }).fill(code(secret))
  await button(page, 'Switch on').click()
  await page.getByText('Each lets you in once').waitFor()
  recovery = (await dialog(page).locator('code').allTextContents())[0].trim()
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()])
  assert.equal(file.suggestedFilename(), 'harken-recovery-codes.txt')
  assert.equal(await button(page, 'Done').isDisabled(), true)
  await page.getByLabel('I have kept these codes').check()
  await button(page, 'Done').click()
  await dialog(page).waitFor({ state: 'hidden' })
  await page.getByText('10 recovery codes are left').waitFor()
})

test('Ada logs in with her authenticator, and with a recovery code', async () => {
  const { page } = ada
  const logOut = async () => {
    await button(page, `${ADA.name}: menu`).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await heading(page, 'Log in')
  }
  await logOut()
  await logIn(page, ADA)
  // A code is good once, and the one of this half minute may have been given already.
  await page.getByLabel('Code', { exact: true }).fill(code(secret, 1))
  await button(page, 'Log in').click()
  await heading(page, /Hello, Ada/)
  await logOut()
  await logIn(page, ADA)
  await button(page, 'Use a recovery code').click()
  await page.getByLabel('Recovery code').fill(recovery)
  assert.deepEqual(await findings(page), [])
  await button(page, 'Log in').click()
  await heading(page, /Hello, Ada/)
})

test('Olga makes a write key and a secret key, and revokes one', async () => {
  const { page } = olga
  await page.goto('/team/keys')
  for (const kind of ['Send signals', 'What you choose']) {
    await page.getByRole('button', { name: 'Create key' }).first().click()
    await dialog(page).getByLabel('Name').fill(kind)
    await dialog(page).getByRole('radio', { name: new RegExp(kind) }).click()
    if (kind === 'What you choose') await dialog(page).getByLabel('insights:read').check()
    await dialog(page).getByRole('button', { name: 'Create key' }).click()
    const key = await dialog(page).getByLabel('The key').textContent()
    assert.match(key, kind === 'Send signals' ? /^wk_/ : /^hk_/)
    await dialog(page).getByRole('tab', { name: 'curl' }).click()
    assert.match(await dialog(page).getByRole('tabpanel').textContent(), new RegExp(key))
    assert.deepEqual(await findings(page), [])
    await button(page, 'Done').click()
  }
  await button(page, 'Revoke What you choose').click()
  await dialog(page).getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('What you choose no longer works').waitFor()
})

test('a webhook to this machine is refused beside its field; another is made, tested, rotated and switched off', async () => {
  const { page } = olga
  await page.goto('/actions/webhooks?create=true')
  const form = dialog(page)
  await form.getByLabel('Address').fill('http://127.0.0.1:1/hook')
  await form.getByLabel('Name').fill('The CRM')
  await form.getByRole('button', { name: 'Create webhook' }).click()
  await form.locator('[aria-invalid="true"]').first().waitFor()
  assert.equal(await form.getByLabel('Name').inputValue(), 'The CRM')
  await form.getByLabel('Address').fill('https://crm.example.com/hooks/harken')
  await form.getByRole('button', { name: 'Create webhook' }).click()
  assert.match(await form.getByLabel('Signing secret').textContent(), /^whsec_/)
  await button(page, 'Open webhook').click()
  await heading(page, 'The CRM')
  assert.deepEqual(await findings(page), [])
  assert.equal(await overflows(page), false)
  await button(page, 'Send a test').click()
  await page.getByText('A test is on its way').waitFor()
  await button(page, 'webhook_tested').first().click()
  await dialog(page).getByText('"webhook_tested"').waitFor()
  assert.deepEqual(await findings(page), [])
  await page.keyboard.press('Escape')
  await button(page, 'Rotate secret').click()
  await dialog(page).getByRole('button', { name: 'Rotate secret' }).click()
  await page.getByLabel('Signing secret').and(page.locator('code')).waitFor()
  await button(page, 'Switch off').click()
  await dialog(page).getByRole('button', { name: 'Switch off' }).click()
  await button(page, 'Switch on').waitFor()
})

test('jobs say what waits and what failed', async () => {
  const { page } = olga
  await page.goto('/jobs')
  await page.getByRole('tab', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Send mail' }).first().click()
  await dialog(page).getByText(/1 try|tries/).waitFor()
  await page.keyboard.press('Escape')
})

test('the audit log tells it all, filters by its address, and can be exported', async () => {
  const { page } = olga
  await page.goto('/team/audit')
  for (const entry of ['Member joined', 'Key made', 'Key revoked', 'Webhook secret rotated']) {
    await page.getByRole('button', { name: entry }).first().waitFor()
  }
  await page.goto('/team/audit?action=key.revoked')
  await page.getByRole('button', { name: 'Key revoked' }).waitFor()
  assert.equal(await page.getByRole('row').count(), 2)
  await page.getByRole('button', { name: 'Key revoked' }).click()
  await dialog(page).getByText('Olga Petrova').waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Export').click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As a table (CSV)' }).click(),
  ])
  assert.equal(file.suggestedFilename(), 'audit.csv')
})

test('a session that ends mid-work asks to log in, and the form goes on with what was typed', async () => {
  const { page, context, complaints } = olga
  await page.goto('/team/workspace')
  await page.getByLabel('Name', { exact: true }).fill('Northwind Outdoor')
  await context.clearCookies()
  await button(page, 'Save settings').click()
  await dialog(page).getByText('Log in again').waitFor()
  assert.deepEqual(await findings(page), [])
  await dialog(page).getByLabel('Password', { exact: true }).fill(OLGA.password)
  await button(page, 'Log in').click()
  await page.getByText('Saved').waitFor()
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Northwind Outdoor')
  await button(page, 'Workspace Northwind Outdoor: switch').waitFor()
  complaints.length = 0
})

/** Where each form stands, its first field, what is typed there, and its button. */
const forms = [
  ['/team/workspace', 'Name', 'Northwind', 'Save settings'],
  ['/account', 'Your name', OLGA.name, 'Save profile'],
  ['/team/members?invite=true', 'E-mail', 'grace@example.com', 'Send invitation'],
  ['/team/keys?create=true', 'Name', 'Shop', 'Create key'],
  ['/actions/webhooks?create=true', 'Address', 'https://crm.example.com/hooks/second', 'Create webhook'],
]

test('what the server fails at stays as it was typed, and goes through at the next try', async () => {
  const { page, complaints } = olga
  const writes = (request) => request.method() !== 'GET'
  const fail = (route) => (writes(route.request()) ? route.fulfill({ status: 500, body: '' }) : route.fallback())
  for (const [path, label, text, action] of forms) {
    await page.goto(path)
    const form = page.locator('form').filter({ has: button(page, action) })
    const field = form.getByLabel(label, { exact: true })
    await field.fill(text)
    await page.route('**/api/**', fail)
    await button(form, action).click()
    await form.getByRole('alert').getByText('What you typed is kept').waitFor()
    assert.equal(await field.inputValue(), text)
    await page.unroute('**/api/**', fail)
    const [answer] = await Promise.all([page.waitForResponse((one) => writes(one.request())), button(form, action).click()])
    assert.ok(answer.ok(), `${path}: ${answer.status()}`)
  }
  complaints.length = 0
})

/** What opens each dialog, and where. */
const openers = [
  ['/team/members', 'Invite somebody'],
  ['/team/keys', 'Create key'],
  ['/actions/webhooks', 'Create webhook'],
  ['/team/workspace', 'Create a workspace'],
  ['/insights/journey', 'Register touchpoint'],
]

test('a dialog keeps the keyboard inside, closes with Escape, and gives it back to what opened it', async () => {
  const { page } = olga
  const inside = () => page.evaluate(() => Boolean(document.activeElement.closest('[role="dialog"]')))
  for (const [path, name] of openers) {
    await page.goto(path)
    await drawn(page)
    // As above: a browser that is still busy may drop a key.
    for (let tries = 0; tries < 20 && (await dialog(page).count()) === 0; tries++) {
      await button(page, name).press('Enter')
      await page.waitForTimeout(250)
    }
    await dialog(page).waitFor()
    for (let tabs = 0; tabs < 12; tabs++) {
      await page.keyboard.press('Tab')
      assert.ok(await inside(), `${path}: ${name}, after ${tabs + 1} tabs`)
    }
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'hidden' })
    await button(page, name).and(page.locator(':focus')).waitFor()
  }
})

test('the keyboard alone reaches every page: palette, shortcuts, skip link', async () => {
  const { page } = olga
  await page.goto('/')
  await heading(page, /Hello, Olga/)
  await drawn(page)
  await tab(page)
  assert.equal(await page.locator(':focus').textContent(), 'Skip to content')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('audit')
  await page.keyboard.press('Enter')
  await heading(page, 'Audit log')
  await page.keyboard.press('g')
  await page.keyboard.press('k')
  await heading(page, 'API keys')
  await page.keyboard.press('c')
  await dialog(page).getByLabel('Name').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await dialog(page).getByText('Use single keys').waitFor()
  assert.deepEqual(await findings(page), [])
})

test('no page of the router is left out', async () => {
  const router = await readFile(new URL('../../console/src/app/router.tsx', import.meta.url), 'utf8')
  // The webhook's own page was judged when it was made.
  const addresses = [...Object.values(doors), ...Object.values(rooms), '/actions/webhooks/made'].map((path) => path.split(/[?#]/)[0])
  const paths = [...router.matchAll(/path: "([^"]+)"/g)].map(([, path]) => path)
  const opens = (path) => new RegExp(`^${path.replace(/\$\w+/g, '[^/]+').replace(/\$$/, '.+')}$`)
  assert.ok(paths.length > 0)
  assert.deepEqual(paths.filter((path) => !addresses.some((address) => opens(path).test(address))), [])
})

test('every page is accessible in both colour schemes, fits the narrowest screen, and keeps its content policy', { concurrency: WINDOWS }, async (t) => {
  const look = async (page, name, path) => {
    // What differs after the # alone would not be loaded again.
    await page.goto('about:blank')
    await page.goto(path)
    await drawn(page)
    assert.deepEqual(await findings(page), [], name)
    assert.equal(await overflows(page), false, `${name} is wider than a narrow screen`)
  }
  const complaints = [...olga.complaints, ...ada.complaints]
  for (const [pages, storageState] of [[doors], [rooms, await olga.context.storageState()]]) {
    const left = Object.entries(pages)
    await Promise.all(Array.from({ length: WINDOWS }, async () => {
      const who = await person(browser, { storageState })
      for (let next = left.shift(); next; next = left.shift()) await t.test(next[0], () => look(who.page, ...next))
      complaints.push(...who.complaints)
    }))
  }
  assert.deepEqual(complaints, [])
})
