// Every page of the console that can be opened by its address.

export const doors = {
  login: '/login',
  'set-up': '/set-up#token',
  'set-up-without-token': '/set-up',
  invitation: '/invitation#token',
  'password-forgotten': '/password',
  'password-new': '/password#token',
  'e-mail': '/e-mail#token',
}

export const rooms = {
  home: '/',
  'first-steps': '/?steps=true',
  explore: '/insights/explore',
  'explore-wrong': '/insights/explore?where=chanel%20%3D%201',
  'explore-table': '/insights/explore?metric=signals&by=%5B%22kind%22%5D&as=table',
  signals: '/signals',
  refused: '/signals/refused',
  customers: '/customers',
  'customer-none': '/customers/999999',
  webhooks: '/actions/webhooks',
  'webhook-create': '/actions/webhooks?create=true',
  workspace: '/team/workspace',
  members: '/team/members',
  'member-invite': '/team/members?invite=true',
  keys: '/team/keys',
  'key-create': '/team/keys?create=true',
  jobs: '/jobs',
  'jobs-waiting': '/jobs?state=waiting',
  audit: '/team/audit',
  account: '/account',
  'not-found': '/no/such/page',
}
