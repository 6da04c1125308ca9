// Nora opens Home over a company's year: every number on it is what `harken query` says to the same question, and what
// happened there is found by following it alone.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { drawn, findings, need, person, server, startBrowser } from './world.mjs'

const run = promisify(execFile)
const harken = need('HARKEN_BINARY')

let browser, nora
/** What the page asked and was answered: `{ question, figures }`. */
let asked
let changes
before(async () => {
  browser = await startBrowser()
  nora = await person(browser)
  await nora.page.addInitScript(listenIn)
  await nora.page.goto(need('HARKEN_LOGIN').replace(/^https?:\/\/[^/]+/, server))
  await nora.page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  await nora.page.getByRole('heading', { name: 'Where it differs most' }).waitFor()
  await drawn(nora.page)
  ;({ asked, changes } = await nora.page.evaluate(() => window.heard))
})
after(() => browser?.close())

/** In the page: keeps what goes to the server and comes back. */
function listenIn() {
  const ask = window.fetch
  window.heard = { asked: [], changes: undefined }
  window.fetch = async (request, ...rest) => {
    const { pathname } = new URL(request.url ?? request, location.origin)
    const body = pathname.endsWith('/query-batches') ? request.clone().json() : undefined
    const response = await ask(request, ...rest)
    if (body) {
      const [{ queries }, { answers }] = [await body, await response.clone().json()]
      queries.forEach((question, i) => window.heard.asked.push({ question, figures: answers[i].figures }))
    }
    if (pathname.endsWith('/insights/changes')) window.heard.changes = await response.clone().json()
    return response
  }
}

async function query({ metric, by = [], every, from, to, where }) {
  const options = { every, from, to, where }
  const flags = Object.entries(options).flatMap(([name, value]) => (value ? [`--${name}`, value] : []))
  const { stdout } = await run(harken, ['query', metric, ...by.flatMap((field) => ['--by', field]), ...flags, '--json'])
  return JSON.parse(stdout)
}

/** Checks some things, a few at a time. */
async function all(things, check) {
  const left = [...things]
  await Promise.all([1, 2, 3].map(async () => { while (left.length > 0) await check(left.pop()) }))
}

test('every figure that Home asks for is what harken query says', async () => {
  assert.ok(asked.length >= 20, `${asked.length} questions`)
  await all(asked, async ({ question, figures }) => assert.deepEqual(figures, await query(question), JSON.stringify(question)))
})

/** As the page writes them, by unit. */
function written(value, unit) {
  const number = (options) => new Intl.NumberFormat('en', options).format(unit === 'percent' ? value / 100 : value)
  if (unit === 'points') return number({ maximumFractionDigits: 0, signDisplay: 'exceptZero' }).replace('-', '−')
  if (unit === 'percent') return number({ style: 'percent', maximumFractionDigits: 1 })
  if (unit === 'score') return number({ minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return number({ maximumFractionDigits: 0 })
}

test('every card shows the figure that it asked for', async () => {
  const cards = { nps: 'Net Promoter Score', csat: 'Satisfaction (CSAT)', ces: 'Customer effort (CES)', stars: 'Stars', late_deliveries: 'Late deliveries' }
  for (const [metric, title] of Object.entries(cards)) {
    const [{ figures }] = asked.filter(({ question }) => question.metric === metric && !question.every)
    const card = nora.page.getByRole('article', { name: title, exact: true })
    const text = (await card.textContent()).replace('-', '−')
    const [{ value, n }] = figures.rows
    assert.ok(text.includes(written(value, figures.unit)), `${title}: ${value} in ${text}`)
    assert.ok(text.includes(`n = ${written(n)}`), `${title}: ${n} in ${text}`)
  }
})

test('every finding is what harken query says, and its sentence says the same', async () => {
  const { now, before } = changes
  const text = (await nora.page.locator('main').textContent()).replaceAll('-', '−')
  const found = [...changes.changes.map((one) => [one, before, one.where]), ...changes.contrasts.map((one) => [one, now, `not (${one.where})`])]
  assert.ok(found.length >= 4, JSON.stringify(changes))
  await all(found, async ([{ metric, where, row, against, unit }, span, other]) => {
    const [held, beside] = [await query({ metric, where, ...now }), await query({ metric, where: other, ...span })]
    for (const [shown, { rows }] of [[row, held], [against, beside]]) {
      assert.deepEqual([shown.value, shown.n, shown.low, shown.high], [rows[0].value, rows[0].n, rows[0].low, rows[0].high], `${metric} ${where}`)
      assert.ok(text.includes(written(shown.value, unit)), `${metric} ${where}: ${shown.value}`)
    }
  })
})

test('the carrier in Bavaria and the club are found by following Home alone', async () => {
  const { page } = nora
  const look = (name) => page.getByRole('link', { name }).first()
  await page.getByText(/Late deliveries for state Bavaria rose from/).waitFor()
  await page.getByText(/Net Promoter Score for plan club is/).waitFor()
  assert.deepEqual(await findings(page), [])
  await look(/Look at it: Late deliveries for state Bavaria/).click()
  await page.waitForURL(/insights\/explore/)
  await drawn(page)
  assert.match(new URL(page.url()).searchParams.get('where'), /Bavaria/)
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.deepEqual(await findings(page), [])
  assert.deepEqual(nora.complaints, [])
})

test('a request that fails leaves the rest of Home as it is, and can be asked again', async () => {
  const { page, complaints } = nora
  const changes = '**/api/v1/insights/changes*'
  await page.route(changes, (route) => route.abort())
  await page.goto('/')
  const retry = page.getByRole('button', { name: 'Try again' }).first()
  await retry.waitFor()
  await page.getByRole('article', { name: 'Net Promoter Score', exact: true }).getByText(/^[+−-]\d+$/).waitFor()
  await page.unroute(changes)
  await retry.click()
  await page.getByText(/Late deliveries for state Bavaria/).first().waitFor()
  complaints.length = 0
})

test('signals come in by themselves, wait while somebody reads, and are saved as a table', async () => {
  const { page, complaints } = nora
  const { key } = JSON.parse((await run(harken, ['key', 'create', '--name', 'website', '--json'])).stdout)
  const happens = async (event) => {
    const headers = { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' }
    const answer = await fetch(`${server}/v1/track`, { method: 'POST', headers, body: JSON.stringify({ event, userId: 'u-live' }) })
    assert.equal(answer.status, 200)
  }
  await page.goto('/signals?follow=true')
  await page.getByText('Waiting for what comes next').waitFor()
  await happens('Lamp Lit')
  await page.getByText('1 new signal', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Lamp lit' }).waitFor()
  const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/signals/live'))
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await ended
  await happens('Lamp Broken')
  assert.equal(await page.getByRole('button', { name: 'Lamp broken' }).count(), 0)
  await page.getByRole('button', { name: 'Follow', exact: true }).click()
  await page.getByRole('button', { name: 'Lamp broken' }).waitFor()
  assert.deepEqual(await findings(page), [])
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()])
  assert.match(file.suggestedFilename(), /^signals_.*\.csv$/)
  assert.deepEqual(complaints, [])
})
