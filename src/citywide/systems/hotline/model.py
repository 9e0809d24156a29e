"""The words of the hotline: what residents report, whose it is, and how long it may take."""

from datetime import timedelta
from typing import NamedTuple

from citywide.hub import Category, Kind, Text


class Matter(NamedTuple):
    """One kind of matter: working hours to its deadline, or hours day and night where people may be hurt."""

    name: str
    en: str
    zh: str
    department: str
    hours: float
    day_and_night: bool = False
    merge_m: float = 50.0


WORKING_DAY = 8.0
MATTERS: tuple[Matter, ...] = (
    Matter("broken_manhole", "Broken manhole cover", "井盖破损", "roads", 2, day_and_night=True, merge_m=20),
    Matter("pothole", "Pothole", "路面坑洼", "roads", 3 * WORKING_DAY, merge_m=30),
    Matter("pavement", "Broken pavement", "人行道破损", "roads", 5 * WORKING_DAY, merge_m=30),
    Matter("bridge_railing", "Damaged railing", "护栏损坏", "roads", 24, day_and_night=True, merge_m=30),
    Matter("street_light", "Street light out", "路灯不亮", "lighting", 24, day_and_night=True, merge_m=40),
    Matter("exposed_cable", "Exposed cable", "电线裸露", "lighting", 2, day_and_night=True, merge_m=30),
    Matter("blocked_drain", "Blocked drain", "下水道堵塞", "drainage", 8, day_and_night=True, merge_m=40),
    Matter("sewage", "Sewage overflow", "污水外溢", "drainage", 8, day_and_night=True, merge_m=60),
    Matter("rubbish", "Rubbish not collected", "垃圾未清运", "sanitation", WORKING_DAY),
    Matter("fly_tipping", "Fly-tipping", "乱倒垃圾", "sanitation", 2 * WORKING_DAY),
    Matter("dead_animal", "Dead animal", "动物尸体", "sanitation", WORKING_DAY),
    Matter("public_toilet", "Public toilet", "公厕问题", "sanitation", 2 * WORKING_DAY, merge_m=30),
    Matter("illegal_parking", "Illegal parking", "违章停车", "traffic_police", WORKING_DAY, merge_m=40),
    Matter("traffic_light", "Traffic light fault", "红绿灯故障", "traffic_police", 2, day_and_night=True),
    Matter("speeding", "Speeding and racing", "飙车超速", "traffic_police", 3 * WORKING_DAY, merge_m=200),
    Matter("street_stall", "Street stalls", "占道经营", "urban_management", 2 * WORKING_DAY),
    Matter("illegal_building", "Illegal building", "违章搭建", "urban_management", 15 * WORKING_DAY, merge_m=20),
    Matter("advertising", "Illegal adverts", "小广告", "urban_management", 3 * WORKING_DAY),
    Matter("building_noise", "Construction noise", "施工噪声", "environment", WORKING_DAY, merge_m=200),
    Matter("neighbour_noise", "Noise at night", "夜间扰民噪声", "environment", WORKING_DAY, merge_m=80),
    Matter("air", "Smoke and bad smell", "空气异味", "environment", 2 * WORKING_DAY, merge_m=300),
    Matter("river_pollution", "Polluted river", "河水污染", "environment", WORKING_DAY, merge_m=300),
    Matter("dust", "Dust from a site", "工地扬尘", "environment", WORKING_DAY, merge_m=200),
    Matter("no_water", "No water", "停水", "water", 8, day_and_night=True, merge_m=200),
    Matter("dirty_water", "Dirty tap water", "自来水浑浊", "water", 12, day_and_night=True, merge_m=200),
    Matter("burst_main", "Burst water main", "水管爆裂", "water", 2, day_and_night=True, merge_m=80),
    Matter("no_gas", "Gas cut off", "停气", "energy", 8, day_and_night=True, merge_m=200),
    Matter("gas_smell", "Smell of gas", "燃气泄漏", "energy", 1, day_and_night=True, merge_m=80),
    Matter("power_cut", "Power cut", "停电", "energy", 4, day_and_night=True, merge_m=300),
    Matter("heating", "Heating is cold", "供暖不热", "energy", 24, day_and_night=True, merge_m=100),
    Matter("fallen_tree", "Fallen tree", "树木倒伏", "parks", 4, day_and_night=True, merge_m=30),
    Matter("tree_trimming", "Overgrown tree", "树枝遮挡", "parks", 5 * WORKING_DAY, merge_m=30),
    Matter("playground", "Broken play equipment", "游乐健身设施损坏", "parks", 3 * WORKING_DAY, merge_m=40),
    Matter("bus_late", "Bus service", "公交服务", "transport", 5 * WORKING_DAY, merge_m=100),
    Matter("taxi", "Taxi complaint", "出租车投诉", "transport", 5 * WORKING_DAY, merge_m=1),
    Matter("metro", "Metro service", "地铁服务", "transport", 5 * WORKING_DAY, merge_m=100),
    Matter("lift", "Lift out of order", "电梯故障", "housing", 8, day_and_night=True, merge_m=30),
    Matter("property_management", "Property management", "物业纠纷", "housing", 10 * WORKING_DAY, merge_m=30),
    Matter("leaking_roof", "Leaking roof", "房屋漏水", "housing", 5 * WORKING_DAY, merge_m=20),
    Matter("unpaid_wages", "Unpaid wages", "拖欠工资", "labour", 5 * WORKING_DAY, merge_m=1),
    Matter("social_insurance", "Social insurance", "社保咨询", "labour", 3 * WORKING_DAY, merge_m=1),
    Matter("bad_food", "Unsafe food", "食品安全", "market", 3 * WORKING_DAY, merge_m=30),
    Matter("overcharging", "Overcharging", "价格欺诈", "market", 5 * WORKING_DAY, merge_m=1),
    Matter("refund", "No refund", "退款纠纷", "market", 5 * WORKING_DAY, merge_m=1),
    Matter("hospital", "Hospital service", "医院服务", "health", 5 * WORKING_DAY, merge_m=1),
    Matter("stray_dog", "Stray dog", "流浪犬", "police", WORKING_DAY, merge_m=150),
    Matter("fraud", "Fraud call", "诈骗线索", "police", WORKING_DAY, merge_m=1),
    Matter("fire_exit", "Blocked fire exit", "消防通道堵塞", "fire", 8, day_and_night=True, merge_m=40),
    Matter("school", "School matter", "学校教育", "education", 5 * WORKING_DAY, merge_m=1),
)
PERSONAL = frozenset(
    matter.name for matter in MATTERS if matter.merge_m <= 1
)  # what happens to one person has no place
REPORTABLE: tuple[Category, ...] = tuple(
    Category(
        matter.name, Text(matter.en, matter.zh), matter.department, timedelta(hours=matter.hours),
        around_the_clock=matter.day_and_night, merge_within_m=matter.merge_m, reportable=True,
    ) for matter in MATTERS
)  # fmt: skip
DEPARTMENTS: tuple[str, ...] = tuple(dict.fromkeys(matter.department for matter in MATTERS))
PLACE = Kind("place", Text("Named place", "地名"))
TEAM = Kind("department_crew", Text("Department's team", "部门处置队"), facts=("on_shift",), moves=True)
