// Nora brings in the answers that a survey tool exported: she chooses the file, looks over what its columns become, mends one
// of them, sees what would come, and has it imported; then she takes the rows that were kept out home with her.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { drawn, findings, need, overflows, person, server, startBrowser } from './world.mjs'

const FILE = `id;answered;E-Mail;plan;score;comment
1;02.03.2026 09:14;ines@example.org;family;10;Arrived a day early, and the driver was kind.
2;02.03.2026 11:40;bela@example.org;single;3;Two weeks late, and nobody told me.
3;soon;cleo@example.org;single;7;Fine by me
4;03.03.2026 08:00;ines@example.org;family;8.5;Better than the best
5;03.03.2026 08:05;dana@example.org;family;9;I will come back
`

let browser, nora
before(async () => {
  browser = await startBrowser()
  nora = await person(browser)
})
after(() => browser?.close())

const button = (page, name) => page.getByRole('button', { name, exact: true })

async function isJudged(page) {
  await drawn(page)
  assert.deepEqual(await findings(page), [])
  assert.equal(await overflows(page), false, `${page.url()} is wider than a telephone`)
}

test('the empty list says what to do, and the keyboard does it', async () => {
  const { page } = nora
  await page.goto(need('HARKEN_LOGIN').replace(/^https?:\/\/[^/]+/, server))
  await page.waitForURL((url) => url.pathname === '/')
  await page.goto('/sources/imports')
  await page.getByText('Nothing is imported yet').waitFor()
  await isJudged(page)
  await page.keyboard.press('c')
  await page.getByText('Drop files here').waitFor()
  await isJudged(page)
})

test('a file that the server does not take is refused beside its name', async () => {
  const { page } = nora
  await page.getByLabel('Choose files').first().setInputFiles({ name: 'answers.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') })
  await page.getByText('packed or a spreadsheet').waitFor()
  await button(page, 'Remove answers.xlsx').click()
})

test('columns are suggested, and one that is mended is mended in the map', async () => {
  const { page } = nora
  await page.getByLabel('Choose files').first().setInputFiles({ name: 'answers.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
  await button(page, 'Continue to columns').click()
  await page.getByRole('table', { name: 'Columns of answers.csv' }).waitFor()
  const becomes = (column) => page.getByRole('combobox', { name: `What ${column} becomes` })
  assert.equal(await becomes('E-Mail').inputValue(), 'E-mail address')
  assert.equal(await becomes('score').inputValue(), 'Score')
  assert.equal(await becomes('answered').inputValue(), 'When it happened')
  await isJudged(page)

  await becomes('answered').click()
  await page.getByRole('option', { name: 'Left out' }).click()
  await button(page, 'Continue to preview').click()
  await page.getByText('Say which column tells when it happened').first().waitFor()
  await becomes('answered').click()
  await page.getByRole('option', { name: 'When it happened' }).click()
  await page.reload()
  await becomes('answered').waitFor()
  assert.equal(await becomes('answered').inputValue(), 'When it happened')
})

test('the preview tells what would come, and why rows are kept out', async () => {
  const { page } = nora
  await button(page, 'Continue to preview').click()
  await page.getByRole('table', { name: 'The first signals, as they would be' }).waitFor()
  await page.getByText('“Arrived a day early, and the driver was kind.”').waitFor()
  await page.getByText('is not a time that the map knows').waitFor()
  await isJudged(page)
  const [map] = await Promise.all([page.waitForEvent('download'), button(page, 'Save the map').click()])
  assert.equal(map.suggestedFilename(), 'answers.toml')
  assert.match(await readFile(await map.path(), 'utf8'), /^\[\[file\]\]/m)
})

test('the import runs, says what came of it, and hands out what it kept out', async () => {
  const { page, complaints } = nora
  await button(page, 'Start import').click()
  await page.getByRole('heading', { level: 1, name: 'answers.csv' }).waitFor()
  await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 30_000 })
  await isJudged(page)
  const [rejects] = await Promise.all([page.waitForEvent('download'), button(page, 'Download rows kept out').click()])
  const lines = (await readFile(await rejects.path(), 'utf8')).trim().split('\n')
  assert.equal(lines.length, 3)
  await page.getByRole('link', { name: 'See its signals' }).click()
  await page.getByText('Two weeks late, and nobody told me.').first().waitFor()
  await page.goto('/sources/imports')
  await page.getByRole('link', { name: 'answers.csv' }).waitFor()
  await isJudged(page)
  assert.deepEqual(complaints, [])
})
