import type { Entries } from '../entry'

/** Signing in, registering, and the end of a session. */
export const start = {
  needsScript: { en: 'Ryadom needs JavaScript.', ru: 'Для работы Ryadom нужен JavaScript.' },
  browserTooOld: {
    en: 'This browser is too old for Ryadom. Please update it, or use another one.',
    ru: 'Этот браузер слишком старый для Ryadom. Обновите его или откройте страницу в другом.',
  },
  firstAccount: {
    en: 'Create the first account of this server',
    ru: 'Создайте первую учётную запись на этом сервере',
  },
  firstAccountHint: {
    en: 'Nobody has an account here yet. The others can follow once you are in.',
    ru: 'Здесь ещё никого нет. Остальные смогут присоединиться после вас.',
  },
  signInTitle: { en: 'Sign in to Ryadom', ru: 'Вход в Ryadom' },
  registerTitle: { en: 'Create an account', ru: 'Новая учётная запись' },
  username: { en: 'Username', ru: 'Имя пользователя' },
  usernameRule: {
    en: '3–32 characters: a–z, 0–9, _ . and -',
    ru: 'От 3 до 32 символов: a–z, 0–9, _ . и -',
  },
  password: { en: 'Password', ru: 'Пароль' },
  passwordRule: { en: 'At least 8 characters', ru: 'Не меньше 8 символов' },
  showPassword: { en: 'Show password', ru: 'Показать пароль' },
  hidePassword: { en: 'Hide password', ru: 'Скрыть пароль' },
  passwordMissing: { en: 'Enter your password', ru: 'Введите пароль' },
  displayName: { en: 'Name', ru: 'Имя' },
  displayNameOptional: { en: 'Name (optional)', ru: 'Имя (необязательно)' },
  displayNameHint: {
    en: 'This is how others see you. Without it they see your username.',
    ru: 'Так вас видят другие. Если не указать, они увидят имя пользователя.',
  },
  signIn: { en: 'Sign in', ru: 'Войти' },
  register: { en: 'Create account', ru: 'Создать учётную запись' },
  toSignIn: { en: 'Already have an account? Sign in', ru: 'Уже есть учётная запись? Войдите' },
  registrationClosed: {
    en: 'This server takes no new accounts. Ask whoever runs it.',
    ru: 'На этом сервере регистрация закрыта. Обратитесь к его владельцу.',
  },
  sessionEnded: {
    en: 'This session is over: it was ended on another device, or has expired',
    ru: 'Этот сеанс окончен: он завершён на другом устройстве или истёк',
  },
  signedOut: { en: 'You have signed out', ru: 'Вы вышли' },
  nothingKept: {
    en: 'Nothing of your chats is kept on this device any more. Sign in to see them again.',
    ru: 'На этом устройстве больше нет ваших чатов. Войдите, чтобы увидеть их снова.',
  },
} as const satisfies Entries
