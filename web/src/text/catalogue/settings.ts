import type { Entries } from '../entry'

/** Settings, the profile, and signing out. */
export const settings = {
  settings: { en: 'Settings', ru: 'Настройки' },
  profile: { en: 'Profile', ru: 'Профиль' },
  save: { en: 'Save', ru: 'Сохранить' },
  changePassword: { en: 'Change password', ru: 'Сменить пароль' },
  currentPassword: { en: 'Current password', ru: 'Текущий пароль' },
  newPassword: { en: 'New password', ru: 'Новый пароль' },
  changePasswordHint: {
    en: 'All your other devices will be signed out.',
    ru: 'На всех других устройствах придётся войти заново.',
  },
  passwordChanged: { en: 'Password changed', ru: 'Пароль изменён' },
  appearOffline: { en: 'Appear offline', ru: 'Невидимый режим' },
  appearOfflineHint: {
    en: 'Others see you as offline, and your last seen time stands still.',
    ru: 'Для других вы не в сети, а время последнего посещения не меняется.',
  },
  youAppearOffline: { en: 'You appear offline', ru: 'Вы в невидимом режиме' },
  addContacts: { en: 'Add to contacts automatically', ru: 'Добавлять в контакты автоматически' },
  addContactsHint: {
    en: 'Whoever you write to in a direct chat becomes your contact.',
    ru: 'Все, кому вы пишете в личных чатах, становятся вашими контактами.',
  },
  privacy: { en: 'Who sees you', ru: 'Кто вас видит' },
  look: { en: 'Appearance', ru: 'Оформление' },
  language: { en: 'Language', ru: 'Язык' },
  languageEnglish: { en: 'English', ru: 'English' },
  languageRussian: { en: 'Русский', ru: 'Русский' },
  asSystem: { en: 'System', ru: 'Как в системе' },
  theme: { en: 'Theme', ru: 'Тема' },
  themeLight: { en: 'Light', ru: 'Светлая' },
  themeDark: { en: 'Dark', ru: 'Тёмная' },
  calmBadges: { en: 'Calm badges', ru: 'Спокойные счётчики' },
  calmBadgesHint: {
    en: 'Unread counters do not blink.',
    ru: 'Счётчики непрочитанного не мигают.',
  },
  notifications: { en: 'Notifications', ru: 'Уведомления' },
  notifyHere: { en: 'Notify on this device', ru: 'Уведомлять на этом устройстве' },
  notifyHint: { en: 'When a message comes and you look elsewhere.', ru: 'Когда приходит сообщение, а вы смотрите не сюда.' },
  notifyDenied: {
    en: 'The browser blocks notifications from this page. Allow them in its settings.',
    ru: 'Браузер запрещает уведомления от этой страницы. Разрешите их в его настройках.',
  },
  install: { en: 'Install the app', ru: 'Установить приложение' },
  aboutServer: { en: 'About', ru: 'О сервере' },
  version: { en: 'Version {version}', ru: 'Версия {version}' },
  apiPages: { en: 'API for developers', ru: 'API для разработчиков' },
  signOut: { en: 'Sign out', ru: 'Выйти' },
  signOutAsk: { en: 'Sign out on this device?', ru: 'Выйти на этом устройстве?' },
  signOutHint: {
    en: 'Your chats stay on the server and are forgotten here.',
    ru: 'Чаты останутся на сервере, а с этого устройства будут удалены.',
  },
  signOutUnsent: {
    en: {
      one: '{count} message has not been sent yet and will be lost.',
      other: '{count} messages have not been sent yet and will be lost.',
    },
    ru: {
      one: '{count} сообщение ещё не отправлено и будет потеряно.',
      few: '{count} сообщения ещё не отправлены и будут потеряны.',
      many: '{count} сообщений ещё не отправлены и будут потеряны.',
      other: '{count} сообщения ещё не отправлено и будет потеряно.',
    },
  },
} as const satisfies Entries
