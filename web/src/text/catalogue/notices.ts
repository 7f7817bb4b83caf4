import type { Entries } from '../entry'

/** The connection, short notices, dialogs and what a screen reader says. */
export const notices = {
  connecting: { en: 'Connecting…', ru: 'Соединение…' },
  noConnection: { en: 'No connection', ru: 'Нет соединения' },
  newSignIn: { en: 'New sign-in: {device}', ru: 'Новый вход: {device}' },
  newSignInHint: {
    en: 'Address {address}. If it was not you, end that session.',
    ru: 'Адрес {address}. Если это не вы, завершите этот сеанс.',
  },
  showDevices: { en: 'Show devices', ru: 'Показать устройства' },
  addedToChat: { en: 'You were added to “{title}”', ru: 'Вас добавили в «{title}»' },
  saved: { en: 'Saved', ru: 'Сохранено' },
  updateReady: { en: 'A new version is here', ru: 'Доступна новая версия' },
  reload: { en: 'Reload', ru: 'Обновить' },
  loading: { en: 'Loading…', ru: 'Загрузка…' },
  cancel: { en: 'Cancel', ru: 'Отмена' },
  close: { en: 'Close', ru: 'Закрыть' },
  back: { en: 'Back', ru: 'Назад' },
  next: { en: 'Next', ru: 'Далее' },
} as const satisfies Entries
