// People, their addresses and keys, sessions, rules, apps and devices through the TypeScript SDK.
export const people = async (sdk, report) => {
  const names = { first_name: 'Nora', last_name: 'Noder' }
  const user = (await sdk.ok(sdk.create_user(names))).id
  await sdk.ok(sdk.update_user(user, { locale: 'fr' }))
  await sdk.ok(sdk.create_user_credentials_email(user, { email: 'nora@testfoo.com' }))
  const refused = await sdk.create_user_credentials_email(user, { email: 'nora@testfoo.com' })
  const reset = await sdk.ok(sdk.create_user_credentials_email_password_reset({ user_id: user }))
  const [found] = await sdk.ok(sdk.search_users({ last_name: 'NOD%' }))
  const [named] = await sdk.ok(sdk.search_users_names({ pattern: 'nod%' }))
  report('person', {
    locale: (await sdk.ok(sdk.user(user))).locale,
    found: [found.id, named.id].every((id) => id === user),
    known: (await sdk.ok(sdk.user_for_credential('email', 'nora@testfoo.com'))).id === user,
    link: reset.account_setup_url.includes('/password/reset/'),
    refused: refused.ok,
    roles: (await sdk.ok(sdk.set_user_roles(user, ['4']))).map((role) => role.name),
  })

  const key = await sdk.ok(sdk.create_user_credentials_api3(user))
  await sdk.ok(sdk.update_user_credentials_api3(user, key.id, { purpose: 'export' }))
  const [shown] = await sdk.ok(sdk.all_user_credentials_api3s(user))
  const purpose = (await sdk.ok(sdk.user_credentials_api3(user, key.id))).purpose
  await sdk.ok(sdk.delete_user_credentials_api3(user, key.id))
  const left = (await sdk.ok(sdk.all_user_credentials_api3s(user))).length
  report('key', { secret: shown.client_secret ?? null, purpose, left })

  const account = await sdk.ok(sdk.create_service_account({ service_account_name: 'node nightly' }))
  const changed = { service_account_name: 'node hourly' }
  const hourly = await sdk.ok(sdk.update_service_account(account.id, changed))
  await sdk.ok(sdk.delete_service_account(account.id))
  report('account', { name: hourly.service_account_name, gone: (await sdk.user(account.id)).ok })

  const acting = await sdk.ok(sdk.login_user(user))
  const dev = await sdk.ok(sdk.update_session({ workspace_id: 'dev' }))
  await sdk.ok(sdk.update_session({ workspace_id: 'production' }))
  const workspace = (await sdk.ok(sdk.session())).workspace_id
  report('session', { acting: acting.token_type, dev: dev.workspace_id, workspace })

  const { min_length } = await sdk.ok(sdk.password_config())
  const longer = await sdk.ok(sdk.update_password_config({ min_length: min_length + 3 }))
  await sdk.ok(sdk.update_password_config({ min_length }))
  const { session_minutes } = await sdk.ok(sdk.session_config())
  const shorter = await sdk.ok(sdk.update_session_config({ session_minutes: 75 }))
  await sdk.ok(sdk.update_session_config({ session_minutes }))
  const wrong = await sdk.update_password_config({ min_length: -1 })
  const more = longer.min_length - min_length
  report('rules', { more, minutes: shorter.session_minutes, wrong: wrong.ok })

  const app = { redirect_uri: 'https://app.example/back', display_name: 'A', description: 'B' }
  await sdk.ok(sdk.register_oauth_client_app('node-app', app))
  const maps = await sdk.ok(sdk.update_oauth_client_app('node-app', { display_name: 'Maps' }))
  await sdk.ok(sdk.activate_app_user('node-app', user))
  const before = await sdk.ok(sdk.oauth_client_app('node-app'))
  await sdk.ok(sdk.deactivate_app_user('node-app', user))
  await sdk.ok(sdk.invalidate_tokens('node-app'))
  const guids = (await sdk.ok(sdk.all_oauth_client_apps())).map((one) => one.client_guid)
  const users = (await sdk.ok(sdk.oauth_client_app('node-app'))).activated_users.length
  await sdk.ok(sdk.delete_oauth_client_app('node-app'))
  report('app', {
    name: maps.display_name,
    listed: guids.includes('node-app'),
    users: [before.activated_users[0].id === user, users],
    gone: (await sdk.oauth_client_app('node-app')).ok,
  })

  const token = { device_token: 'a node phone', device_type: 'android' }
  const device = await sdk.ok(sdk.register_mobile_device(token))
  const renewed = await sdk.ok(sdk.update_mobile_device_registration(device.id))
  await sdk.ok(sdk.deregister_mobile_device(device.id))
  const again = await sdk.deregister_mobile_device(device.id)
  report('device', { token: renewed.device_token, again: again.ok })
  await sdk.ok(sdk.delete_user(user))
}
