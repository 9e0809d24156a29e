"""Names of places in Chinese and English, as a mountain city on rivers has them; none is taken from a map."""

from collections.abc import Iterator

import numpy as np

from citywide.kit.text import Text

FIRST = (
    "龙 Long|凤 Feng|石 Shi|黄 Huang|白 Bai|清 Qing|金 Jin|银 Yin|红 Hong|大 Da|小 Xiao|双 Shuang|九 Jiu|"
    "三 San|七 Qi|古 Gu|新 Xin|南 Nan|北 Bei|东 Dong|西 Xi|高 Gao|"
    "长 Chang|玉 Yu|松 Song|竹 Zhu|梅 Mei|杨 Yang|"
    "柏 Bai|桃 Tao|茶 Cha|麻 Ma|铜 Tong|铁 Tie|观 Guan|回 Hui|鱼 Yu|牛 Niu|马 Ma|鹿 Lu|鹤 He|莲 Lian|桂 Gui"
)
SECOND = (
    "桥 qiao|溪 xi|岩 yan|井 jing|塘 tang|家 jia|龙 long|云 yun|花 hua|角 jiao|山 shan|泉 quan|寨 zhai|"
    "碑 bei|坡 po|堡 bao|洞 dong|湖 hu|林 lin|园 yuan|峰 feng|石 shi|水 shui|竹 zhu|树 shu|阳 yang"
)
LAST = (
    "坝 ba|坪 ping|湾 wan|沟 gou|口 kou|铺 pu|门 men|滩 tan|岩 yan|嘴 zui|垭 ya|台 tai|场 chang|渡 du|"
    "庙 miao|田 tian|坎 kan|梁 liang|浩 hao|岗 gang"
)
Syllable = tuple[str, str]


def name_stream(rng: np.random.Generator) -> Iterator[Text]:
    """Names without end, none twice."""
    parts = [_syllables(text) for text in (FIRST, SECOND, LAST)]
    seen: set[str] = set()
    while True:
        chosen = [part[int(rng.integers(len(part)))] for part in parts[: 3 if rng.random() < 0.6 else 2]]
        name = _joined(chosen)
        if name.zh not in seen and chosen[0][0] != chosen[1][0] and not name.zh.endswith("家"):
            seen.add(name.zh)
            yield name


def with_suffix(name: Text, en: str, zh: str) -> Text:
    """The name of a thing at a place: `石桥铺` becomes `石桥铺医院`."""
    return Text(f"{name.en} {en}", f"{name.zh}{zh}")


def _joined(chosen: list[Syllable]) -> Text:
    spoken = chosen[0][1].lower()
    for _, sound in chosen[1:]:
        spoken += ("'" if sound[0] in "aoe" else "") + sound
    return Text(spoken.capitalize(), "".join(sign for sign, _ in chosen))


def _syllables(text: str) -> list[Syllable]:
    pairs = [pair.split(" ") for pair in text.split("|")]
    return [(sign, sound) for sign, sound in pairs]
