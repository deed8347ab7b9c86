// One's own session, and another person's within it.
import assert from 'node:assert/strict'
import { DelimArray } from '@looker/sdk-rtl'

export const others = async ({ looker, connect }) => {
  const { sdk, looker: acting } = connect()
  const me = (await acting.me('id')).id
  const other = (await looker.create_user({ first_name: 'Node', last_name: 'Other' })).id
  assert.equal(sdk.authSession.isSudo(), false)
  await sdk.authSession.login(other)
  assert.equal(sdk.authSession.isSudo(), true)
  assert.equal((await acting.me('id')).id, other)
  assert.equal((await acting.session()).sudo_user_id, me)
  await assert.rejects(acting.create_group({ name: 'Not allowed' }))
  await sdk.authSession.logout()
  assert.equal((await acting.me('id')).id, me)
  const both = await acting.all_users({ ids: new DelimArray([me, other]), fields: 'id' })
  assert.deepEqual(both.map((user) => user.id).sort(), [me, other].sort())
  await sdk.authSession.logout()
  assert.equal(sdk.authSession.isAuthenticated(), false)
  await acting.logout()
  await looker.delete_user(other)
}
