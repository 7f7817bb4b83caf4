import type { Entries } from '../entry'

/** Settings → Active devices. */
export const devices = {
  activeDevices: { en: 'Active devices', ru: 'Активные устройства' },
  activeDevicesHint: {
    en: 'End a session that you do not know, and change your password.',
    ru: 'Если вы не узнаёте устройство, завершите его сеанс и смените пароль.',
  },
  thisDevice: { en: 'This device', ru: 'Это устройство' },
  otherDevices: { en: 'Other devices', ru: 'Другие устройства' },
  noOtherDevices: {
    en: 'You are signed in on this device only.',
    ru: 'Вход выполнен только на этом устройстве.',
  },
  devicePc: { en: 'PC', ru: 'Компьютер' },
  devicePhone: { en: 'Phone', ru: 'Телефон' },
  deviceTablet: { en: 'Tablet', ru: 'Планшет' },
  deviceWeb: { en: 'Web', ru: 'Веб' },
  deviceOther: { en: 'Other device', ru: 'Другое устройство' },
  address: { en: 'Address: {address}', ru: 'Адрес: {address}' },
  endSession: { en: 'End session', ru: 'Завершить сеанс' },
  endSessionAsk: { en: 'End the session on {device}?', ru: 'Завершить сеанс на устройстве {device}?' },
  endSessionHint: {
    en: 'It will be signed out at once and forget your chats.',
    ru: 'На нём сразу будет выполнен выход, а чаты — удалены.',
  },
  sessionOver: { en: '{device}: the session is ended', ru: '{device}: сеанс завершён' },
  sessionOverClosed: {
    en: { one: '{device}: ended; its {count} connection is closed', other: '{device}: ended; its {count} connections are closed' },
    ru: {
      one: '{device}: сеанс завершён, {count} соединение закрыто',
      few: '{device}: сеанс завершён, {count} соединения закрыты',
      many: '{device}: сеанс завершён, {count} соединений закрыто',
      other: '{device}: сеанс завершён, {count} соединения закрыто',
    },
  },
  endOthersCount: {
    en: { one: 'End {count} other session', other: 'End all {count} other sessions' },
    ru: {
      one: 'Завершить {count} другой сеанс',
      few: 'Завершить все {count} других сеанса',
      many: 'Завершить все {count} других сеансов',
      other: 'Завершить {count} другого сеанса',
    },
  },
  endOthersHint: {
    en: 'They will be signed out at once and forget your chats. This device stays signed in.',
    ru: 'На них сразу будет выполнен выход, а чаты — удалены. Это устройство останется в сети.',
  },
  endOthers: { en: 'End all other sessions', ru: 'Завершить все другие сеансы' },
  endOthersAsk: {
    en: { one: 'End {count} other session?', other: 'End {count} other sessions?' },
    ru: {
      one: 'Завершить {count} другой сеанс?',
      few: 'Завершить {count} других сеанса?',
      many: 'Завершить {count} других сеансов?',
      other: 'Завершить {count} другого сеанса?',
    },
  },
  othersOver: {
    en: { one: '{count} session is ended', other: '{count} sessions are ended' },
    ru: {
      one: '{count} сеанс завершён',
      few: '{count} сеанса завершены',
      many: '{count} сеансов завершено',
      other: '{count} сеанса завершено',
    },
  },
} as const satisfies Entries
