"""How people say what they report: things and faults in both languages; the last of each is held out."""

from pathlib import Path


def _table() -> dict[str, tuple[str, ...]]:
    """Of each matter: things zh, faults zh, things en, faults en."""
    lines = Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    return {matter: tuple(words) for matter, *words in (line.split("\t") for line in lines)}


PHRASES = _table()
OPENINGS = {
    False: (
        "你好，|您好我要反映一下，|喂，12345吗？||麻烦你们，|我是居民，",
        "Hello, |Hi there, ||Good morning, |I want to report that |Please help: ",
    ),
    True: (
        "同志你好，想投诉：|请问一下，|各位领导，|跟你们说哈，",
        "Dear city, |To whom it may concern: |Hey, |I am calling because ",
    ),
}
CLOSINGS = {
    False: (
        "，请尽快处理。|，好几天了没人管。||，希望解决。|，谢谢！|，很危险",
        ". Please fix it soon.|. It has been days.||. Thanks!|, it is dangerous.|. Nobody came.",
    ),
    True: (
        "，到底归哪个管哦？|，麻烦派人来看一下嘛。|，影响我们生活。|，再不处理我就发网上了",
        ". When will someone have a look?|. It affects us.|. I have called twice already.|, kindly send someone.",
    ),
}
STREETS_ZH = "人民路|解放东路|滨江大道|沙坪坝街|南坪正街|民生巷|学府路|花园村|黄桷坪|长江路|石桥铺|建新北路"
STREETS_EN = "Elm Street|River Road|Station Square|Hill Lane|Garden Village|North Avenue|Temple Street|Old Bridge Road"
HELD_STREETS_ZH = "和平巷|金沙路|渝鲁大道|铁山坪|松林坡"
HELD_STREETS_EN = "Maple Drive|Harbour Row|King's Lane|Lower Market"
SAME_SOUND = dict(
    zip("灯井盖路坑垃圾噪声停车树电水气臭堵漏厕梯", "登景概露吭拉及燥生亭彻术店睡汽丑赌陋测提", strict=True)
)
DIALECT = {
    "没有": "莫得",
    "没人": "莫得人",
    "坏了": "烂求了",
    "很": "好",
    "不亮": "不亮咯",
    "怎么": "啷个",
    "什么": "啥子",
    "东西": "家什",
    "太": "恁个",
    "小孩": "细娃儿",
    "晚上": "黑了",
    "到处": "到处都是起",
}
MIXED = {"车": "car", "垃圾": "trash", "路灯": "light", "电梯": "lift", "公交": "bus", "水": "water", "噪音": "noise",
         "树": "tree", "工地": "construction site", "请": "please", "谢谢": "thanks", "road": "马路", "light": "灯",
         "water": "水", "the": "那个", "street": "街", "noise": "噪音", "please": "请"}  # fmt: skip
