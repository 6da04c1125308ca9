// Pictures of every page, at a desk's and a telephone's width, light and dark: screenshots.mjs FOLDER
//
// HARKEN_LOGIN is a link of `harken user login-link`, or `e-mail:password`, of somebody who may see everything.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { doors, rooms } from './pages.mjs'
import { drawn, person, server, startBrowser } from './world.mjs'

const folder = process.argv[2] ?? 'screenshots'
const login = process.env.HARKEN_LOGIN ?? ':'
/** Only pages whose names begin so. */
const wanted = process.argv[3] ?? ''
await mkdir(folder, { recursive: true })

const browser = await startBrowser()
const first = await person(browser)
if (/^https?:/.test(login)) {
  await first.page.goto(login.replace(/^https?:\/\/[^/]+/, server))
} else {
  const [email, password] = login.split(/:(.*)/s)
  await first.page.goto('/login')
  await first.page.getByLabel('E-mail').fill(email)
  await first.page.getByLabel('Password', { exact: true }).fill(password)
  await first.page.getByRole('button', { name: 'Log in', exact: true }).click()
}
await first.page.waitForURL((url) => url.pathname === '/')
const storageState = await first.context.storageState()

for (const [pages, state] of [[doors, undefined], [rooms, storageState]]) {
  for (const width of [1440, 390]) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, context } = await person(browser, { viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme, storageState: state })
      for (const [name, path] of Object.entries(pages).filter(([name]) => name.startsWith(wanted))) {
        await page.goto('about:blank')
        await page.goto(path)
        await drawn(page)
        await page.waitForTimeout(200)
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      }
      await context.close()
    }
  }
}
await browser.close()
console.log(`screenshots in ${folder}`)
