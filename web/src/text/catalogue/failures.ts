import type { Entries } from '../entry'

/** What went wrong, what is safe, and what to do. */
export const failures = {
  failedOffline: {
    en: 'No connection. Nothing is lost; try again in a moment.',
    ru: 'Нет соединения. Ничего не потеряно, попробуйте чуть позже.',
  },
  failedSlow: {
    en: 'The server did not answer in time. Nothing is lost; try again.',
    ru: 'Сервер не ответил вовремя. Ничего не потеряно, попробуйте ещё раз.',
  },
  failedBusy: {
    en: 'The server is busy. Nothing is lost; try again in a moment.',
    ru: 'Сервер занят. Ничего не потеряно, попробуйте чуть позже.',
  },
  failedServer: {
    en: 'Something went wrong on the server. Try again later.',
    ru: 'На сервере произошла ошибка. Попробуйте позже.',
  },
  failedUnknown: {
    en: 'Something went wrong ({code}). Reload the page and try again.',
    ru: 'Что-то пошло не так ({code}). Обновите страницу и попробуйте снова.',
  },
  failedInput: {
    en: 'Something in this does not fit. Check it and try again.',
    ru: 'Проверьте введённое и попробуйте снова.',
  },
  failedSignIn: { en: 'You are signed out. Sign in again.', ru: 'Сеанс завершён. Войдите снова.' },
  failedCredentials: {
    en: 'The username or the password is wrong.',
    ru: 'Неверное имя пользователя или пароль.',
  },
  failedPassword: { en: 'The current password is wrong.', ru: 'Текущий пароль неверен.' },
  failedOrigin: {
    en: 'The server does not know this address. Ask whoever runs it.',
    ru: 'Сервер не принимает запросы с этого адреса. Обратитесь к его владельцу.',
  },
  failedForbidden: { en: 'You are not allowed to do this here.', ru: 'У вас нет прав на это действие.' },
  failedWrite: { en: 'You cannot write in this chat.', ru: 'Вы не можете писать в этот чат.' },
  failedMissing: { en: 'This is not there any more.', ru: 'Этого больше нет.' },
  failedTaken: { en: 'This username is taken. Choose another.', ru: 'Это имя пользователя занято. Выберите другое.' },
  failedDeleted: {
    en: 'The message has been deleted and cannot be edited.',
    ru: 'Сообщение удалено, изменить его нельзя.',
  },
  failedTwice: {
    en: 'This message was already sent with another text. Send it again as a new one.',
    ru: 'Это сообщение уже отправлено с другим текстом. Отправьте его как новое.',
  },
  failedFull: { en: 'No more members fit into this chat.', ru: 'В этом чате больше нет места для участников.' },
  failedLarge: { en: 'This is larger than the server takes.', ru: 'Слишком большой объём для сервера.' },
  failedTooMany: {
    en: 'Too many tries. Wait a little and try again.',
    ru: 'Слишком много попыток. Подождите немного и попробуйте снова.',
  },
  failedWait: {
    en: {
      one: 'Too many tries. Try again in {count} second.',
      other: 'Too many tries. Try again in {count} seconds.',
    },
    ru: {
      one: 'Слишком много попыток. Повторите через {count} секунду.',
      few: 'Слишком много попыток. Повторите через {count} секунды.',
      many: 'Слишком много попыток. Повторите через {count} секунд.',
      other: 'Слишком много попыток. Повторите через {count} секунды.',
    },
  },
} as const satisfies Entries
