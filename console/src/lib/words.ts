/** Every word of the console's own, in both languages. */
import { say } from "./prefs.svelte";
import { STATES } from "./states";
import type { Text } from "./types";

const WORDS = {
  now: ["Now", "现在"],
  home: ["Now in the city", "城市此刻"],
  search: ["Go to a page or case", "前往页面或案件"],
  searchHint: ["Type a page, a case number or an action", "输入页面、案件编号或操作"],
  nothingFound: ["Nothing by that name", "没有找到"],
  shortcuts: ["Keyboard", "键盘快捷键"],
  singleKeys: ["Single-key shortcuts", "启用单键快捷键"],
  signIn: ["Sign in", "登录"],
  signOut: ["Sign out", "退出登录"],
  userName: ["Name", "用户名"],
  password: ["Password", "密码"],
  wrongLogin: ["That name and password do not match.", "用户名或密码不正确。"],
  language: ["中文", "English"],
  languageLong: ["Switch to Chinese 切换到中文", "切换到英文 Switch to English"],
  theme: ["Light or dark", "切换明暗"],
  wall: ["Wall mode", "大屏模式"],
  leaveWall: ["Leave wall mode", "退出大屏"],
  menu: ["Menu", "菜单"],
  close: ["Close", "关闭"],
  knownNone: ["No open case goes with this.", "没有相关的未结案件。"],
  understoodAs: ["Understood as; choose what it is:", "识别为，请确认："],
  unsure: ["Not sure: please choose the category", "把握不大，请选择类别"],
  placeNamed: ["On the map by its name: {name}", "已按地名定位：{name}"],
  knownSome: ["{n} open with this already:", "已有 {n} 件未结案件："],
  cancel: ["Cancel", "取消"],
  retry: ["Try again", "重试"],
  live: ["Live", "实时"],
  cutSince: ["Cut off since {at}", "自 {at} 起连接中断"],
  asOf: ["{age} ago", "{age}前"],
  justNow: ["now", "刚刚"],
  staleSince: ["stale since {at}", "数据停留在 {at}"],
  loading: ["Loading", "加载中"],
  nothing: ["Nothing at the moment; what comes appears here by itself", "目前没有内容，有新情况会自动显示"],
  failed: ["This could not be loaded", "加载失败"],
  unreachable: ["The hub cannot be reached.", "无法连接到中枢。"],
  notFound: ["There is no such page", "没有这个页面"],
  skip: ["Skip to content", "跳到正文"],
  pages: ["Pages", "页面"],
  // the wall of what is wrong
  allWell: ["Nothing is wrong", "一切正常"],
  allWellMore: ["No alarm and no open case in what you may see.", "您的范围内没有告警，也没有未办结案件。"],
  noCase: ["No open case", "没有未结案件"],
  nAlarms: ["{n} alarms standing", "{n} 个告警未解除"],
  alarmsHead: ["Standing alarms", "当前告警"],
  forYou: ["For you", "待您知悉"],
  seen: ["Seen", "已阅"],
  allSeen: ["All seen", "全部已阅"],
  chargedOnly: ["Another department holds this case; it counts for yours, so you can read it", "案件现由其他部门办理，但计入本部门，可查阅"],
  moreForYou: ["and {n} more", "另有 {n} 条"],
  calm: ["What goes wrong will stand here, the most urgent on top.", "一旦有事，将按紧急程度在此列出。"],
  nWrong: ["{n} open", "{n} 件未结"],
  oneNobody: ["{n} with nobody on it", "{n} 件无人处理"],
  nOnWay: ["{n} being handled", "{n} 件处理中"],
  nOver: ["{n} overdue", "{n} 件超时"],
  nobody: ["Nobody yet", "尚无人处理"],
  nobodyHead: ["Nobody on it", "无人处理"],
  onWayHead: ["On the way or at work", "已派出或处理中"],
  checkHead: ["Waiting for a check", "等待核查"],
  onWay: ["on the way", "正在赶往"],
  atWork: ["at work", "现场处理"],
  pausedAt: ["paused", "暂停"],
  checkingBy: ["to be checked", "待核查"],
  worries: ["Figures to watch", "需关注的指标"],
  since: ["open {age}", "已开 {age}"],
  moreAlarms: ["and {n} more", "另有 {n} 个"],
  homeTells: [
    "Red waits for somebody: open it to see why and whom to send. A case has the same number in the list and on the map.",
    "红色事项尚无人处理，点开可看原因并派遣；列表与地图上的编号一致。",
  ],
  moreCases: ["and {n} more", "另有 {n} 件"],
  // states of a case
  waiting: ["Waiting", "待派单"],
  assigned: ["Assigned", "已派单"],
  working: ["Working", "处理中"],
  paused: ["Paused", "已暂停"],
  checking: ["Checking", "核查中"],
  closed: ["Closed", "已办结"],
  // what is done to a case
  assign: ["Assign", "派单"],
  start: ["Start work", "开始处理"],
  pause: ["Pause", "暂停"],
  resume: ["Resume", "恢复"],
  reroute: ["Re-route", "改派部门"],
  check: ["Ask for a check", "提请核查"],
  closeCase: ["Close case", "办结"],
  reopen: ["Reopen", "重新打开"],
  merge: ["Same as another", "并案"],
  part: ["Part from it again", "拆分"],
  joined: ["Joined", "已并案"],
  mergeTo: ["The case that it is one with", "并入案件"],
  goesOn: ["The same matter as case {n}: it goes on there", "与案件 {n} 为同一事项，并案处置"],
  noCases: ["No other open case of this department is known.", "本部门没有其他在办案件。"],
  acknowledge: ["Acknowledge", "确认告警"],
  acknowledged: ["Acknowledged", "已确认"],
  note: ["Note", "说明"],
  noteWhy: ["Why, in a few words", "简要说明原因"],
  assignTo: ["Crew or person", "班组或人员"],
  routeTo: ["Department", "部门"],
  minutesAway: ["{n} min away", "约 {n} 分钟到达"],
  noUnits: ["This department has no crew of its own here: re-route the case, or close it with a note once it is done.", "本部门暂无登记的班组，可改派其他部门，或处置后填写说明办结。"],
  proof: ["Photos of how it looks now; the reporter sees them", "现场照片（上报人可见）"],
  noPhoto: ["That file is not a photo that can be read.", "无法识别该照片文件。"],
  fewPhotos: ["Four photos go along, no more: the first four were taken.", "最多 4 张照片，已选取前 4 张。"],
  cannotMove: ["From {from} a case cannot go to {to}", "案件不能从“{from}”移至“{to}”"],
  // a case
  caseN: ["Case {n}", "案件 {n}"],
  newCase: ["New case", "新建案件"],
  title: ["What is wrong", "问题"],
  category: ["Category", "类别"],
  details: ["Details", "详情"],
  place: ["Place", "地点"],
  opened: ["Opened", "受理"],
  due: ["Due", "时限"],
  department: ["Department", "部门"],
  who: ["Who", "经办"],
  about: ["About", "对象"],
  devices: ["Devices", "设备"],
  stillOf: ["{still} of {all} still away", "共 {all} 台，仍有 {still} 台未恢复"],
  awaySince: ["Away since", "离线自"],
  amongThem: ["Among them", "其中包括"],
  photos: ["Photos", "照片"],
  elsewhere: ["Picture elsewhere", "外部图片"],
  whoTold: ["Reporters", "上报人"],
  showReporters: ["Whom to ask back", "查看上报人联系方式"],
  writtenDown: ["Every asking is written down.", "每次查询都会留痕。"],
  noContact: ["Nobody left a way to be reached.", "上报人未留联系方式。"],
  noName: ["No name", "未留姓名"],
  steps: ["What has happened", "办理经过"],
  overdue: ["{age} overdue", "已超时 {age}"],
  left: ["{age} left", "剩余 {age}"],
  noDeadline: ["no deadline", "无时限"],
  created: ["Case {n} opened", "已新建案件 {n}"],
  done: ["Done", "已完成"],
  reporters: ["{n} reporters", "{n} 人上报"],
  // widgets
  sortBy: ["Sort by {name}", "按 {name} 排序"],
  filter: ["Filter", "筛选"],
  rowsN: ["{n} rows", "{n} 行"],
  rowsOf: ["{n} of {all}", "{n} / {all}"],
  firstOf: ["the first {n} of {all}", "共 {all}，显示前 {n}"],
  map: ["Map", "地图"],
  asList: ["As a list", "列表显示"],
  asMap: ["As a map", "地图显示"],
  asChart: ["As a chart", "图表显示"],
  zoomIn: ["Zoom in", "放大"],
  zoomOut: ["Zoom out", "缩小"],
  wholeCity: ["Whole city", "全市"],
  layers: ["Layers", "图层"],
  below: ["below {v}", "低于 {v}"],
  above: ["{v} and above", "{v} 及以上"],
  between: ["{a}–{b}", "{a}–{b}"],
  threshold: ["threshold", "阈值"],
  band: ["range", "区间"],
  onlyMoment: ["One moment so far, {at}: the line begins with the next", "目前仅有一个时刻（{at}），有新数据后绘成曲线"],
  play: ["Play", "播放"],
  stop: ["Pause", "暂停"],
  speed: ["Speed", "速度"],
  replay: ["Replay", "回放"],
  worrying: ["above {v}", "高于 {v}"],
  latest: ["latest", "最新"],
  open: ["Open", "打开"],
  // forms
  send: ["Send", "提交"],
  sent: ["Sent", "已提交"],
  required: ["required", "必填"],
  accepted: ["Accepted: {what}", "可接受：{what}"],
  choose: ["Choose", "请选择"],
  yes: ["Yes", "是"],
  no: ["No", "否"],
  pickOnMap: ["Tap the map", "在地图上点选"],
  useMine: ["Use my location", "使用当前位置"],
  noLocation: ["Your device did not tell where it is", "设备未提供位置"],
  // keyboard
  kHelp: ["This list", "显示本列表"],
  kSearch: ["Go to a page or case", "前往页面或案件"],
  kHome: ["The wall of what is wrong", "返回“现在”"],
  kPages: ["Next and previous page", "下一页与上一页"],
  kRows: ["Next and previous case", "下一件与上一件"],
  kNew: ["New case", "新建案件"],
  kWall: ["Wall mode", "大屏模式"],
  kTheme: ["Light or dark", "切换明暗"],
  kLang: ["Chinese or English", "切换中英文"],
  kMove: ["Move the chosen card", "移动选中的卡片"],
  kEsc: ["Close what is open", "关闭当前窗口"],
  kMap: ["Pan and zoom a chosen map", "平移与缩放选中的地图"],
  kPlay: ["Play or pause a replay", "播放或暂停回放"],
  ...STATES,
} satisfies Record<string, [string, string]>;

export type Word = keyof typeof WORDS;

/** A word in the reader's language, its blanks filled. */
export function w(word: Word, values: Record<string, string | number> = {}): string {
  const [en, zh] = WORDS[word];
  return say({ en, zh }).replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank));
}

/** What the columns of a chart's list are called; kept apart, for a trait may be named so too. */
const COLUMNS: Record<string, Text> = {
  value: { en: "value", zh: "数值" },
  quantity: { en: "quantity", zh: "指标" },
  time: { en: "time", zh: "时间" },
  series: { en: "series", zh: "序列" },
  low: { en: "low", zh: "下限" },
  high: { en: "high", zh: "上限" },
  parent: { en: "parent", zh: "上级" },
};

export function columnCalled(name: string): Text {
  const plain = name.replaceAll("_", " ");
  return COLUMNS[name] ?? { en: plain, zh: plain };
}

let city: Record<string, Text> = {};

/** What the city's own words (departments, categories, quantities) are called. */
export function learn(words: Record<string, Text>): void {
  city = words;
}

/** A word of the hub's (a state, an application) where we know it; otherwise as it came, made readable. */
export function called(word: unknown): string {
  if (word && typeof word === "object") return say(word);
  const name = say(word);
  if (name.includes(", ")) return [...new Set(name.split(", ").map(called))].join(say({ en: ", ", zh: "、" }));
  if (name in city) return say(city[name]);
  const own = name === "urban_governance" || name === "urban governance" ? "governance" : name;
  if (own in WORDS) return w(own as Word);
  return name.replaceAll("_", " ");
}

const OF_THE_CITY = ["category", "department", "charged", "kind", "quantity", "plan"];

/** What stands in a column of the city's own names is said in words; in any other it stays as it came. */
export const calledIn = (column: string, value: unknown): string => (OF_THE_CITY.includes(column) ? called(value) : say(value));
