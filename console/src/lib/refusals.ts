/** What the hub says of a form that it refuses, for readers of Chinese; what is not listed stays as it came. */
import { prefs } from "./prefs.svelte";

const SAID: Record<string, string> = {
  // titles of refusals, by RFC 9457
  "Not understood": "内容无法识别",
  "Sign in first": "请先登录",
  "Not allowed": "无权操作",
  "Not found": "未找到",
  "Not possible now": "当前无法操作",
  "Too large": "内容过大",
  "Too many requests": "操作过于频繁",
  "Try again soon": "请稍后再试",
  // what residents and call-takers are told
  "nothing is told": "未填写内容",
  empty: "内容为空",
  "words, a photo or a category": "文字、照片或类别",
  "this is no telephone number": "电话号码格式不正确",
  "digits, spaces and +": "数字、空格和 +",
  "unknown category": "未知类别",
  "see /v1/report/categories": "列表中的一项",
  "where is it?": "请说明地点",
  missing: "未填写",
  "a place on the map, or an address": "地图上的位置或地址",
  "this is not in the city": "地点不在本市范围内",
  "what kind of matter is it?": "请选择类别",
  "the words do not tell": "仅凭文字无法判断",
  "one of the list": "列表中的一项",
  "too many photos": "照片过多",
  "a photo was not taken": "有照片未被接受",
  "this file is no photo": "该文件不是照片",
  "the file is empty": "文件为空",
  "JPEG, PNG or WebP of at most 10 MB": "不超过 10 MB 的 JPEG、PNG 或 WebP 照片",
  "the report cannot be read": "上报内容无法识别",
  "there is no such open case near here": "附近没有该未结案件",
  "too many requests from your address; please wait a little": "操作过于频繁，请稍候再试",
  "name or password do not fit": "用户名或密码不正确",
  "too many attempts; try again in a few minutes": "尝试次数过多，请几分钟后再试",
};

/** The refusal in the reader's language. */
export const refused = (said: string): string => (prefs.lang === "zh" ? (SAID[said] ?? said) : said);
