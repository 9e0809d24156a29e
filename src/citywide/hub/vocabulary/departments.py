"""What the departments of a city are called."""

from collections.abc import Mapping

from citywide.kit.text import Text

DEPARTMENTS: Mapping[str, Text] = {
    "drainage": Text("Drainage", "排水部门"),
    "roads": Text("Roads", "市政道路"),
    "parks": Text("Parks", "园林绿化"),
    "lighting": Text("Lighting", "城市照明"),
    "sanitation": Text("Sanitation", "环境卫生"),
    "traffic": Text("Traffic", "交通管理"),
    "police": Text("Police", "公安"),
    "health": Text("Health", "卫生健康"),
    "housing": Text("Housing", "住房建设"),
    "environment": Text("Environment", "生态环境"),
    "emergency": Text("Emergency", "应急管理"),
    "enforcement": Text("Urban enforcement", "城管执法"),
    "water": Text("Water supply", "供水"),
    "transit": Text("Public transport", "公共交通"),
    "power": Text("Power", "电力"),
    "fire": Text("Fire service", "消防救援"),
    "traffic_police": Text("Traffic police", "交警"),
    "urban_management": Text("Urban management", "城市管理"),
    "transport": Text("Transport", "交通运输"),
    "energy": Text("Gas, power and heat", "能源供应"),
    "hotline": Text("Hotline", "热线中心"),
    "education": Text("Education", "教育"),
    "labour": Text("Labour", "人力社保"),
    "market": Text("Market supervision", "市场监管"),
    "biobank": Text("Biobank", "生物样本库"),
    "disease_control": Text("Disease control", "疾病控制"),
}
