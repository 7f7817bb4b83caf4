import type { Entries } from '../entry'

/** Groups and channels: their members, roles and settings. */
export const groups = {
  title: { en: 'Title', ru: 'Название' },
  channelHint: {
    en: 'In a channel only the owner and admins post; everyone reads.',
    ru: 'В канале пишут владелец и администраторы, читают все.',
  },
  chooseMembers: { en: 'Choose members', ru: 'Выберите участников' },
  chosen: { en: 'Chosen: {count}', ru: 'Выбрано: {count}' },
  make: { en: 'Create', ru: 'Создать' },
  about: { en: 'About the chat', ru: 'О чате' },
  members: { en: 'Members', ru: 'Участники' },
  memberCount: {
    en: { one: '{count} member', other: '{count} members' },
    ru: { one: '{count} участник', few: '{count} участника', many: '{count} участников', other: '{count} участника' },
  },
  membersOnline: {
    en: { one: '{count} member, {online} online', other: '{count} members, {online} online' },
    ru: {
      one: '{count} участник, {online} в сети',
      few: '{count} участника, {online} в сети',
      many: '{count} участников, {online} в сети',
      other: '{count} участника, {online} в сети',
    },
  },
  owner: { en: 'owner', ru: 'владелец' },
  admin: { en: 'admin', ru: 'администратор' },
  member: { en: 'member', ru: 'участник' },
  addMember: { en: 'Add member', ru: 'Добавить участника' },
  add: { en: 'Add', ru: 'Добавить' },
  alreadyMember: { en: 'already a member', ru: 'уже участник' },
  removeMember: { en: 'Remove from the chat', ru: 'Удалить из чата' },
  removeMemberAsk: { en: 'Remove {name} from “{title}”?', ru: 'Удалить {name} из «{title}»?' },
  makeAdmin: { en: 'Make admin', ru: 'Назначить администратором' },
  removeAdmin: { en: 'Remove as admin', ru: 'Снять с администраторов' },
  makeOwner: { en: 'Make owner', ru: 'Передать права владельца' },
  makeOwnerAsk: {
    en: 'Make {name} the owner? You will be an admin.',
    ru: 'Передать права владельца? Владельцем станет {name}, а вы — администратором.',
  },
  leave: { en: 'Leave', ru: 'Выйти' },
  leaveAsk: { en: 'Leave “{title}”?', ru: 'Выйти из «{title}»?' },
  ownerLeaves: {
    en: 'You are the owner. The oldest admin, or else the oldest member, will take over.',
    ru: 'Вы владелец. Права перейдут к старейшему администратору, а если его нет — к старейшему участнику.',
  },
  rename: { en: 'Rename', ru: 'Переименовать' },
  mute: { en: 'Mute', ru: 'Выключить уведомления' },
  muteHour: { en: 'For 1 hour', ru: 'На 1 час' },
  muteWorkday: { en: 'For 8 hours', ru: 'На 8 часов' },
  muteForever: { en: 'For ever', ru: 'Навсегда' },
  mutedUntil: { en: 'Muted until {time}', ru: 'Без уведомлений до {time}' },
  unmute: { en: 'Unmute', ru: 'Включить уведомления' },
} as const satisfies Entries
