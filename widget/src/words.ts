/** Everything the widget itself says, in both languages. */

const en = {
  title: "Customer service",
  open: "Open the chat",
  openUnread: (count: number) => `Open the chat, ${count} new`,
  close: "Close the chat",
  again: "New conversation",
  send: "Send",
  label: "Your message",
  log: "Conversation",
  me: "You",
  bot: "Assistant",
  choices: "Suggested answers",
  typing: "The assistant is typing",
  away: "No connection. What you write is kept and sent when it is back.",
  waiting: "Sending",
  received: "Received",
  done: "Delivered",
  failed: "Not answered",
  retry: "Send again",
  busy: "The server is busy; your message is sent again in a moment.",
  image: "Image",
  file: "Attachment",
  products: "Products",
  stepDone: "done",
  stepNow: "now",
  stepNext: "to come",
  stepFailed: "failed",
  required: "Please fill this in.",
  submit: "Save",
  score: (score: number) => `${score} of 5`,
  thanks: (score: number) => `Your rating: ${score} of 5`,
  handoverWaiting: "A colleague will take over. You can go on writing.",
  handoverJoined: (name: string) => `You are talking to ${name}.`,
  handoverColleague: "a colleague",
  handoverEnded: "The assistant is back.",
};

const zh: typeof en = {
  title: "在线客服",
  open: "打开客服对话",
  openUnread: (count) => `打开客服对话，${count} 条新消息`,
  close: "关闭对话",
  again: "新对话",
  send: "发送",
  label: "您的消息",
  log: "对话",
  me: "您",
  bot: "客服",
  choices: "快捷回复",
  typing: "客服正在输入",
  away: "连接已断开。您写的内容会保留，恢复连接后自动发送。",
  waiting: "发送中",
  received: "已收到",
  done: "已送达",
  failed: "没有得到答复",
  retry: "重新发送",
  busy: "服务器繁忙，稍后自动重新发送。",
  image: "图片",
  file: "附件",
  products: "商品",
  stepDone: "已完成",
  stepNow: "进行中",
  stepNext: "未开始",
  stepFailed: "失败",
  required: "请填写此项。",
  submit: "保存",
  score: (score) => `${score} 分（满分 5 分）`,
  thanks: (score) => `您的评分：${score} 分`,
  handoverWaiting: "即将转接人工客服，您可以继续留言。",
  handoverJoined: (name) => `${name}正在为您服务。`,
  handoverColleague: "人工客服",
  handoverEnded: "已由智能客服继续为您服务。",
};

export type Words = typeof en;
export type Language = "en" | "zh";

export const WORDS: Record<Language, Words> = { en, zh };

/** The language of a tag such as `zh-CN`; English for all that is not Chinese. */
export function languageOf(tag: string | null | undefined): Language {
  return /^zh\b/i.test(tag ?? "") ? "zh" : "en";
}
