export default {
  label: 'L ok',
  description: 'D',
  triggers: ({ on }) => [on('manual').for('system', 'system:user')],
  exec ({ $user }) {
    if ($user) $user.name = 'Somebody'
    return $user
  }
}
