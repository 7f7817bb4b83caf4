import type { Entries } from '../entry'

/** Finding people, contacts and blocks. */
export const people = {
  people: { en: 'People', ru: 'Люди' },
  findPeople: { en: 'Find people', ru: 'Найти людей' },
  typeToFind: { en: 'Type a name or a username', ru: 'Введите имя или имя пользователя' },
  nobodyFound: { en: 'Nobody found', ru: 'Никого не найдено' },
  startChat: { en: 'Write a message', ru: 'Написать сообщение' },
  contacts: { en: 'Contacts', ru: 'Контакты' },
  noContacts: { en: 'No contacts yet', ru: 'Контактов пока нет' },
  noContactsHint: { en: 'Find someone above and add them.', ru: 'Найдите кого-нибудь в поле выше и добавьте.' },
  noContactsYetFind: { en: 'No contacts yet. Type a name to find people.', ru: 'Контактов пока нет. Введите имя, чтобы найти людей.' },
  notChosen: { en: 'Take {name} out', ru: 'Убрать: {name}' },
  personMenu: { en: '{name}: actions', ru: '{name}: действия' },
  isBlocked: { en: 'blocked', ru: 'доступ закрыт' },
  cannotAdd: {
    en: 'Somebody whom you chose is not there any more or cannot be added by you.',
    ru: 'Кого-то из выбранных больше нет, или вы не можете добавить этого человека.',
  },
  addContact: { en: 'Add to contacts', ru: 'Добавить в контакты' },
  removeContact: { en: 'Remove from contacts', ru: 'Удалить из контактов' },
  block: { en: 'Block', ru: 'Заблокировать' },
  blockAsk: { en: 'Block {name}?', ru: 'Заблокировать {name}?' },
  blockHint: {
    en: 'Neither of you will be able to write to the other or see whether they are online.',
    ru: 'Вы не сможете писать друг другу и видеть, кто из вас в сети.',
  },
  unblock: { en: 'Unblock', ru: 'Разблокировать' },
  blocked: { en: 'Blocked', ru: 'Заблокированные' },
  nobodyBlocked: { en: 'Nobody is blocked', ru: 'Никто не заблокирован' },
  mutual: {
    en: 'You see each other’s status.',
    ru: 'Вы видите статусы друг друга.',
  },
  notMutual: {
    en: 'You will see whether they are online when they add you too.',
    ru: 'Вы увидите статус, когда вас тоже добавят в контакты.',
  },
  mutualOnly: {
    en: 'You see whether someone is online when they have added you too.',
    ru: 'Статус виден у тех, кто тоже добавил вас в контакты.',
  },
  notContact: {
    en: 'Add each other to contacts to see who is online.',
    ru: 'Добавьте друг друга в контакты, чтобы видеть, кто в сети.',
  },
} as const satisfies Entries
