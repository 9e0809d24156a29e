"""The words of waterlogging: what is measured, when it is an alarm, and what a crew must bring."""

from datetime import timedelta

from citywide.hub import Category, Kind, Quantity, Rate, Rule, Silence, Text
from citywide.systems.waterlogging.engine.ahead import WARNS_AT, WARNS_BY_STATION_AT

GAUGE = Kind("gauge", Text("Water level gauge", "积水液位计"), facts=("catchment_ha", "sump_m3", "pump_m3_per_h"))
RAIN_GAUGE = Kind("rain_gauge", Text("Rain gauge", "雨量计"))
PUMP = Kind("pump", Text("Drainage pump", "排水泵"), facts=("m3_per_h",))
CREW = Kind("drainage_crew", Text("Drainage crew", "排水抢险队"), facts=("on_shift", "pump_m3_per_h"), moves=True)

WATER_DEPTH = Quantity("water_depth", "cm", Text("Water depth", "积水深度"), low=-5, high=600)
RAIN = Quantity("rain", "mm", Text("Rain in five minutes", "五分钟降雨量"), low=0, high=80)
SUMP_LEVEL = Quantity("sump_level", "%", Text("Sump filled", "集水池充满度"), low=0, high=150)
PUMPS_RUNNING = Quantity("pumps_running", "%", Text("Pumps running", "水泵运行比例"), low=0, high=100)
FORECAST_30 = Quantity("water_depth_in_30_min", "cm", Text("Expected depth in 30 min", "30 分钟预报积水"), -5, 600)
FORECAST_60 = Quantity("water_depth_in_60_min", "cm", Text("Expected depth in 60 min", "60 分钟预报积水"), -5, 600)
FORECAST_30_LOW = Quantity("water_depth_in_30_min_low", "cm", Text("Lower bound, 30 min", "30 分钟预报下限"), -5, 600)
FORECAST_30_HIGH = Quantity("water_depth_in_30_min_high", "cm", Text("Upper bound, 30 min", "30 分钟预报上限"), -5, 600)
FORECAST_60_LOW = Quantity("water_depth_in_60_min_low", "cm", Text("Lower bound, 60 min", "60 分钟预报下限"), -5, 600)
FORECAST_60_HIGH = Quantity("water_depth_in_60_min_high", "cm", Text("Upper bound, 60 min", "60 分钟预报上限"), -5, 600)
CHANCE_30 = Quantity("flood_chance_in_30_min", "%", Text("Chance of deep water in 30 min", "30 分钟深积水概率"), 0, 100)
CHANCE_60 = Quantity("flood_chance_in_60_min", "%", Text("Chance of deep water in 60 min", "60 分钟深积水概率"), 0, 100)
FIRST_FLOOD = Quantity(
    "first_flood_chance", "%", Text("Chance of a first flood within the hour", "一小时内首次深积水概率"), 0, 100
)
STUCK = Quantity("gauge_stuck", "1", Text("Found to be stuck", "判定卡滞"), 0, 1)
DRIFT = Quantity("gauge_drift", "cm", Text("Found to drift by", "判定漂移"), 0, 600)
LONE_READINGS = Quantity("gauge_lone_readings", "1", Text("Readings that stand alone", "孤立读数"), 0, 100)
RESCALED = Quantity("gauge_rescaled", "1", Text("Found to speak in another unit", "判定单位有误"), 0, 1)
CLOCK_OFF = Quantity("gauge_clock_off", "s", Text("Clock found to be off by", "判定时钟偏差"), 0, 1e6)
PUMP_POWER = Quantity("pump_power", "kW", Text("Pump power", "水泵功率"), low=0, high=2000)

DEEP_WATER = Rule(
    "deep_water",
    "water_depth",
    Text("{value:.0f} cm of water at {name}", "{name}积水 {value:.0f} 厘米"),
    above=10,
    clears_below=7,  # the gap keeps ripples from ringing the alarm twice
    severity="serious",
    label=Text("deep water", "积水"),
)
IMPASSABLE = Rule(
    "impassable",
    "water_depth",
    Text("{name} is {value:.0f} cm under water; cars stand 27", "{name}水深 {value:.0f} 厘米，车辆涉水上限 27 厘米"),
    above=27,  # where Beijing closes its underpasses: about the height of a car's air intake and door sill
    clears_below=20,
    severity="critical",
    label=Text("impassable", "无法通行"),
)


def _water_is_coming(name: str, chance: Quantity, when: Text, least: float) -> Rule:
    """The later the water, the surer one must be: what is said of the hour is wrong more often."""
    return Rule(
        name,
        chance.name,
        Text(
            f"deep water expected at {{name}} within {when.en}: {{value:.0f}} % likely",
            f"预计{when.zh}内{{name}}出现深积水：可能性 {{value:.0f}}%",
        ),
        above=100 * least,
        clears_below=50 * least,
        label=Text("water expected", "预报积水"),
    )


WATER_IS_COMING = _water_is_coming("water_is_coming", CHANCE_30, Text("half an hour", "半小时"), WARNS_AT[0])
WATER_IN_AN_HOUR = _water_is_coming("water_in_an_hour", CHANCE_60, Text("the hour", "一小时"), WARNS_AT[1])
FIRST_WATER = Rule(
    "first_water_expected",
    "first_flood_chance",
    Text(
        "{name} never flooded, but by its sump and pumps deep water is expected within the hour: {value:.0f} % likely",
        "{name}此前未积水，但据集水池与水泵状态预计一小时内出现深积水：可能性 {value:.0f}%",
    ),
    above=100 * WARNS_BY_STATION_AT,
    clears_below=50 * WARNS_BY_STATION_AT,
    label=Text("first water expected", "预报首次积水"),
)
FAST_RISE = Rule(
    "fast_rise",
    "water_depth",
    Text("water at {name} moves by {value:+.0f} cm an hour", "{name}水位每小时变化 {value:+.0f} 厘米"),
    signal=Rate(timedelta(minutes=10)),
    above=60,
    clears_below=20,
    label=Text("rising fast", "快速上涨"),
)
GAUGE_SILENT = Rule(
    "gauge_silent",
    "water_depth",
    Text("{name} has been silent for {value:.0f} s", "{name}已 {value:.0f} 秒无数据"),
    signal=Silence(),
    above=1800,
    severity="notice",
    label=Text("silent", "失联"),
)
GAUGE_STUCK = Rule(
    "gauge_stuck",
    "gauge_stuck",
    Text("{name} stands still although rain fell and its neighbours rose", "{name}读数卡滞：有雨而不变"),
    above=0.5,
    severity="notice",
    label=Text("stuck", "卡滞"),
    of_device=True,
)
GAUGE_DRIFTS = Rule(
    "gauge_drifts",
    "gauge_drift",
    Text("{name} drifts: {value:.1f} cm off while dry", "{name}读数漂移：无雨时偏离 {value:.1f} 厘米"),
    above=3,
    clears_below=1,
    severity="notice",
    label=Text("drifts", "读数漂移"),
    of_device=True,
)
GAUGE_NOISY = Rule(
    "gauge_noisy",
    "gauge_lone_readings",
    Text(
        "{name} scatters: {value:.0f} readings of six hours stand alone",
        "{name}读数杂乱：六小时内有 {value:.0f} 个孤立读数",
    ),
    above=0.5,
    severity="notice",
    label=Text("scatters", "读数杂乱"),
    of_device=True,
)
GAUGE_RESCALED = Rule(
    "gauge_rescaled",
    "gauge_rescaled",
    Text("{name} tells many times the water there can be: another unit?", "{name}读数突增数倍：疑似单位有误"),
    above=0.5,
    severity="notice",
    label=Text("another unit", "单位有误"),
    of_device=True,
)
GAUGE_CLOCK = Rule(
    "gauge_clock",
    "gauge_clock_off",
    Text("the clock of {name} is {value:.0f} s off", "{name}时钟偏差 {value:.0f} 秒"),
    above=60,
    severity="notice",
    label=Text("clock off", "时钟偏差"),
    of_device=True,
)
FLOODED_ROAD = Category(
    "flooded_road", Text("Flooded road", "道路积水"), "drainage", timedelta(hours=2), around_the_clock=True,
    merge_within_m=80, reportable=True,
)  # fmt: skip
BROKEN_GAUGE = Category(
    "broken_gauge", Text("Broken gauge", "监测设备故障"), "drainage", timedelta(hours=16), merge_within_m=5
)
