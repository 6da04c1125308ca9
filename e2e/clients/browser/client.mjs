// Sends the calls of ../story.json to Harken with Segment's browser client, unchanged, in Chromium:
// client.mjs CHROMIUM HOST KEY standard|batching
//
// The page comes from another origin than the server, as any website's does. Exits 1 when a request failed.

import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [executablePath, host, key, strategy] = process.argv.slice(2)
const story = JSON.parse(readFileSync(new URL('../story.json', import.meta.url), 'utf8'))
const library = fileURLToPath(import.meta.resolve('@segment/analytics-next/package.json')).replace('package.json', 'dist/umd/')

const website = createServer((request, response) => {
  const page = request.url === '/' || !/^\/[\w.-]+\.js$/.test(request.url)
  response.setHeader('content-type', page ? 'text/html; charset=utf-8' : 'text/javascript')
  response.end(page ? '<!doctype html><title>Boots</title><script src="/index.js"></script>' : readFileSync(library + request.url.slice(1)))
})
await new Promise((ready) => website.listen(0, '127.0.0.1', ready))

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
try {
  const page = await browser.newPage()
  const complain = (what) => {
    console.error(what)
    process.exitCode = 1
  }
  page.on('pageerror', (error) => complain(`page: ${error}`))
  page.on('requestfailed', (request) => complain(`${request.url()}: ${request.failure()?.errorText}`))
  page.on('response', (answer) => answer.status() >= 400 && !answer.url().endsWith('/favicon.ico') && complain(`${answer.url()}: ${answer.status()}`))
  await page.goto(`http://127.0.0.1:${website.address().port}/`)
  await page.evaluate(tell, { story, host, key, strategy })
} finally {
  await browser.close()
  website.close()
}

/** Runs in the page. The client keeps who the visitor is. */
async function tell({ story, host, key, strategy }) {
  const { AnalyticsBrowser } = window.AnalyticsNext
  const segment = { apiHost: `${new URL(host).host}/v1`, protocol: 'http', deliveryStrategy: { strategy, config: { size: 4, timeout: 500 } } }
  const [analytics] = await AnalyticsBrowser.load({ writeKey: key, cdnURL: host }, { integrations: { 'Segment.io': segment } })
  for (const { call, user_id: userId, anonymous_id: anonymousId, timestamp, ...step } of story) {
    const options = timestamp ? { timestamp: new Date(timestamp) } : {}
    if (anonymousId) analytics.setAnonymousId(anonymousId)
    const calls = {
      track: () => analytics.track(step.event, step.properties, options),
      page: () => analytics.page(step.category, step.name, step.properties, options),
      identify: () => analytics.identify(userId, step.traits, options),
      screen: () => analytics.screen(step.category, step.name, step.properties, options),
      group: () => analytics.group(step.group_id, step.traits, options),
      alias: () => analytics.alias(userId, step.previous_id, options),
    }
    await calls[call]()
  }
  // A batch goes out when it is full or its time is over.
  await new Promise((over) => setTimeout(over, 1500))
}
