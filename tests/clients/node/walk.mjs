// Runs the stories of some files against a server; prints how each went and what was called.
//
// A story is an exported function. It gets the SDK twice: `looker` answers values and throws what
// the server refuses, `sdk` is the SDK as it is.
import { LookerNodeSDK } from '@looker/sdk-node'
import { methodsOf, noting } from './noting.mjs'

const { files, base_url, client_id, client_secret, ...given } = JSON.parse(process.argv[2])
const settings = {
  base_url,
  timeout: 60,
  verify_ssl: false,
  readConfig: () => ({ base_url, client_id, client_secret }),
  isConfigured: () => true,
}

const called = new Set()
const connect = () => {
  const sdk = noting(LookerNodeSDK.init40(settings), called)
  const looker = new Proxy(sdk, {
    get: (target, name) => (...words) => target.ok(target[name](...words)),
  })
  return { sdk, looker }
}
const { sdk, looker } = connect()

const failed = {}
for (const file of files) {
  for (const [name, story] of Object.entries(await import(`./${file}.mjs`))) {
    try {
      await story({ sdk, looker, connect, base_url, ...given })
    } catch (failure) {
      failed[`${file}: ${name}`] = failure.stack + JSON.stringify(failure.errors ?? '')
    }
  }
}
await sdk.authSession.logout()
console.log(JSON.stringify({ failed, called: [...called], methods: methodsOf(sdk) }))
