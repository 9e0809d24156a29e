"""How people say what they report: things and faults in both languages; the last of each is held out."""

# name: (things zh, faults zh, things en, faults en)
PHRASES: dict[str, tuple[str, str, str, str]] = {
    "broken_manhole": (
        "井盖|下水井盖子|窨井盖|窨井的铁盖",
        "破了|不见了|塌下去了|缺了一块",
        "manhole cover|manhole lid|iron cover of the manhole|manhole",
        "is broken|is missing|has sunk|is cracked open",
    ),
    "pothole": (
        "路面|马路|柏油路|车行道",
        "有个大坑|坑坑洼洼|塌陷了一块|破烂不平",
        "the road|the carriageway|the asphalt|the roadway",
        "has a deep pothole|is full of holes|has caved in|has a big hole",
    ),
    "pavement": (
        "人行道地砖|人行道|步道砖|人行道的路砖",
        "松动|翘起来了|破碎|绊倒老人",
        "paving stones|the pavement|sidewalk tiles|sidewalk slabs",
        "are loose|is uneven|are broken and people trip|are tilting on the sidewalk",
    ),
    "bridge_railing": (
        "桥上栏杆|护栏|路边防护栏|桥栏",
        "断了|被撞坏|歪了|松脱",
        "the bridge railing|the guardrail|the crash barrier|railing of the bridge",
        "is damaged|is broken off|has been hit|has come loose",
    ),
    "street_light": (
        "路灯|街灯|小巷的路灯|灯杆上的灯",
        "不亮|一闪一闪|坏了晚上很黑|熄灭好几天",
        "street light|street lamp|lamp post|lamps along the street",
        "is out|is flickering|does not work and it is dark|stays dark at night",
    ),
    "exposed_cable": (
        "路边电线|灯杆电线|配电箱|电缆",
        "裸露在外|掉下来了|门开着露出线头|垂到地面",
        "electric cable|wires of the lamp post|electrical cabinet|power wire",
        "are exposed|is hanging down|is open with bare wires|lies bare on the ground",
    ),
    "blocked_drain": (
        "下水道|雨水篦子|排水沟|雨水口",
        "堵了|排不出水|被树叶塞满|堵塞积水",
        "the drain|storm gully|the gutter|storm drain",
        "is blocked|does not drain|is clogged with leaves|is choked",
    ),
    "sewage": (
        "污水|化粪池|污水管|污水井",
        "溢出来|满了往外冒|漏到路上|返水冒出来",
        "sewage|septic tank|sewer pipe|the sewer",
        "is overflowing|is full and spilling|leaks onto the street|is flooding out",
    ),
    "rubbish": (
        "垃圾桶|小区垃圾|垃圾站|生活垃圾",
        "满了没人收|几天没清运|堆成山|没有来拉",
        "rubbish bins|household waste|garbage containers|trash bins",
        "have not been emptied|was not collected|are overflowing with garbage|have not been picked up",
    ),
    "fly_tipping": (
        "建筑垃圾|旧家具|装修渣土|废旧沙发",
        "被人乱倒|偷倒在路边|随意丢弃|扔在空地",
        "building rubble|old furniture|renovation waste|an old sofa",
        "has been dumped|was tipped illegally|is thrown away at the roadside|got dumped here",
    ),
    "dead_animal": (
        "一只死猫|死狗|死老鼠|动物尸体",
        "躺在路上|发臭了没人清理|在草丛里腐烂|需要收走",
        "a dead cat|dead dog|dead rats|an animal carcass",
        "is lying on the road|smells and nobody removes it|is rotting in the grass|needs removal",
    ),
    "public_toilet": (
        "公厕|公共厕所|公共卫生间|公厕里的厕位",
        "很脏很臭|没有水冲|门锁着不开|没人打扫",
        "the public toilet|public restroom|public lavatory|toilets for the public",
        "is filthy|has no flush|is locked all day|is not being cleaned",
    ),
    "illegal_parking": (
        "车辆|面包车|一排小汽车|货车",
        "违章停车|停在人行道上|乱停堵路口|违停占用车道",
        "cars|a van|a row of vehicles|trucks",
        "are parked illegally|is parked on the pavement|are double parked|keep parking where it is forbidden",
    ),
    "traffic_light": (
        "红绿灯|交通信号灯|路口信号灯|人行信号灯",
        "不工作|一直是红灯|全灭了|乱跳",
        "traffic light|traffic signal|signals at the crossing|pedestrian signal",
        "does not work|is stuck on red|are all dark|is out of order",
    ),
    "speeding": (
        "摩托车|改装跑车|大货车|机车党",
        "深夜飙车|超速行驶|闯红灯|炸街飞驰",
        "motorbikes|modified cars|lorries|sports cars",
        "are racing at night|drive far too fast|run red lights|are speeding through",
    ),
    "street_stall": (
        "流动摊贩|烧烤摊|水果摊|夜市摊主",
        "占道经营|摆满人行道|堵住通道卖东西|把路都占了摆摊",
        "street vendors|barbecue stalls|fruit stalls|hawkers",
        "occupy the street|are selling on the pavement|block the way with stalls|set up stalls in the lane",
    ),
    "illegal_building": (
        "楼顶|一楼住户|邻居露台|天台",
        "违章搭建|私自加盖房子|违法扩建|私搭阳光房",
        "on the roof|the ground floor owner|on a terrace|the rooftop",
        "somebody builds without permit|has an illegal extension|an illegal structure is built|has an illicit annex",
    ),
    "advertising": (
        "小广告|牛皮癣|墙上广告|非法招贴",
        "贴满墙|到处乱贴|喷在楼道|贴在电线杆上",
        "illegal adverts|flyers|posters|stickers advertising loans",
        "are pasted everywhere|cover the wall|are stuck on the poles|are plastered over the walls",
    ),
    "building_noise": (
        "工地|施工队|打桩机|建筑施工",
        "半夜施工噪音大|凌晨还在打桩|夜里吵得睡不着|通宵作业噪声",
        "the construction site|builders|pile driver|construction work",
        "makes noise at night|are drilling at midnight|is hammering so we cannot sleep|is loud all night long",
    ),
    "neighbour_noise": (
        "广场舞|楼上邻居|KTV|酒吧音响",
        "音响声音太大|深夜吵闹|半夜唱歌扰民|音乐吵到很晚",
        "square dancers|neighbours upstairs|karaoke bar|a bar",
        "play loud music|are noisy late at night|is singing at midnight|has its music far too loud",
    ),
    "air": (
        "工厂|饭店油烟|空气里|烟囱",
        "排放难闻气味|有刺鼻臭味|冒黑烟|味道呛人",
        "a factory|restaurant fumes|the air|the chimney",
        "gives off a foul smell|smells of chemicals|emits black smoke|stinks of fumes",
    ),
    "river_pollution": (
        "河水|小溪|湖水|河道",
        "发黑发臭|有死鱼漂浮|被排污染成红色|水面漂着油污",
        "the river|the stream|lake water|the creek",
        "is black and stinks|has dead fish floating|is polluted with discharge|is covered with an oil film",
    ),
    "dust": (
        "工地扬尘|渣土车|拆迁现场|裸土",
        "灰尘满天|一路撒土扬尘|没有洒水降尘|没盖防尘网",
        "the building site|dump trucks|the demolition site|bare earth",
        "raises clouds of dust|spread dust along the way|is not sprayed against dust|is uncovered and dusty",
    ),
    "no_water": (
        "家里|整栋楼|小区自来水|用户",
        "停水了|没有水用|水压太小上不来|断水一整天",
        "our home|the whole building|tap water|our flat",
        "has no water|is without water|has too little pressure|has had its water cut off",
    ),
    "dirty_water": (
        "自来水|水龙头的水|家里的水|饮用水",
        "发黄浑浊|有铁锈|有漂白粉味|有杂质不敢喝",
        "tap water|water from the tap|drinking water|our water",
        "is yellow and cloudy|is rusty|tastes of chlorine|has dirt in it and we dare not drink",
    ),
    "burst_main": (
        "自来水管|供水主管|水管|供水管道",
        "爆了喷水|破裂漏水严重|爆管水流满街|在大量漏水",
        "a water main|the water pipe|water supply pipe|supply main",
        "has burst|is gushing|is leaking badly onto the road|is spraying water everywhere",
    ),
    "no_gas": (
        "天然气|家里燃气|小区煤气|燃气",
        "停气了|打不着火没气|没通知就断气|用不了",
        "natural gas|gas at home|the gas supply|household gas",
        "has been cut off|is off and the stove will not light|was stopped without notice|supply has stopped",
    ),
    "gas_smell": (
        "楼道里燃气|煤气|天然气管|燃气表",
        "泄漏有味道|味道很浓|漏气嘶嘶响|闻到漏气",
        "gas in the stairwell|gas pipe|we smell gas|the gas meter",
        "is leaking|smells strongly|leak hissing|there is a gas leak",
    ),
    "power_cut": (
        "小区|整条街|家里|我们楼",
        "停电了|断电好几个小时|跳闸没有电|一直没来电",
        "the estate|the whole street|our house|our block",
        "has a power cut|has no electricity|lost power|has been without power",
    ),
    "heating": (
        "暖气|供暖|集中供热|暖气片",
        "不热|家里只有十几度|没有按时供热|冰凉",
        "the heating|district heating|radiators|radiator",
        "is cold|does not get warm|have not been turned on|stays ice cold",
    ),
    "fallen_tree": (
        "一棵大树|行道树|树干|大树",
        "倒了压住路|被风吹断倒下|横在路中间|倒伏砸到车",
        "a big tree|a street tree|tree trunk|a tree",
        "has fallen over the road|was blown down|lies across the lane|fell onto a car",
    ),
    "tree_trimming": (
        "树枝|行道树枝叶|绿化带灌木|树木",
        "挡住窗户|太长遮住路牌|需要修剪|长得太密挡光",
        "branches|street tree|hedge|the trees",
        "block the window|hides the road sign|needs trimming|need pruning",
    ),
    "playground": (
        "健身器材|儿童滑梯|公园长椅|公园秋千",
        "坏了|断裂危险|螺丝松了|需要维修",
        "outdoor gym|children's slide|park bench|swing in the park",
        "is broken|is dangerous|is loose|needs repair",
    ),
    "bus_late": (
        "公交车|某路公交|公交司机|公交线路",
        "等了四十分钟|不按时发车|到站不停|间隔太久",
        "the bus|bus line|the bus driver|buses",
        "was forty minutes late|never comes on time|did not stop|run too rarely",
    ),
    "taxi": (
        "出租车司机|的士|网约车|出租车",
        "绕路多收钱|拒载|不打表|态度恶劣",
        "taxi driver|a cab|the ride-hailing car|taxi",
        "took a detour|refused to take me|did not use the meter|driver was rude",
    ),
    "metro": (
        "地铁站|轻轨|地铁车厢|轨道交通",
        "扶梯停了|太挤限流|空调太冷|闸机刷不了",
        "metro station|light rail|metro train|subway",
        "escalator is stopped|is too crowded|has no air conditioning|gates do not open",
    ),
    "lift": (
        "电梯|楼里电梯|单元电梯|住宅电梯",
        "坏了|困人|经常停运|突然下坠",
        "the lift|the elevator|lift in our block|our elevator",
        "is out of order|trapped people|keeps stopping|drops suddenly",
    ),
    "property_management": (
        "物业|物业公司|小区物业|物管",
        "乱收费|不作为|不公开账目|收了物业费不干活",
        "property management|the management company|the property manager|estate management",
        "charges fees without reason|does nothing|hides the accounts|takes fees and does no work",
    ),
    "leaking_roof": (
        "屋顶|天花板|外墙|房顶",
        "漏雨|渗水到家里|下雨就漏|漏水发霉",
        "the roof|the ceiling|outer wall|the attic",
        "leaks rain|lets water in|is leaking whenever it rains|leaks and is mouldy",
    ),
    "unpaid_wages": (
        "老板|包工头|公司|用人单位",
        "拖欠工资|欠我三个月工钱|不发薪水|克扣工资",
        "the boss|the contractor|my company|my employer",
        "has not paid wages|owes me three months' pay|withholds salary|keeps back our wages",
    ),
    "social_insurance": (
        "社保|养老保险|医保缴费|社保卡",
        "怎么转移|没有给我交|断缴怎么补|怎么办理",
        "social insurance|pension contributions|medical insurance payments|social security card",
        "how to transfer|was not paid for me|how to pay arrears|how to apply for it",
    ),
    "bad_food": (
        "餐馆饭菜|超市食品|外卖|熟食店",
        "吃了拉肚子|卖过期食品|有虫子|食物变质发霉",
        "restaurant meal|supermarket food|a takeaway|the delicatessen",
        "made us ill|is past its date|had insects in the food|sells spoiled food",
    ),
    "overcharging": (
        "超市|停车场|景区商店|商家",
        "价格欺诈|乱涨价|不按标价收钱|多收费用",
        "a supermarket|the car park|souvenir shop|the shop",
        "charges more than the price tag|raised prices wildly|cheats on prices|overcharged me",
    ),
    "refund": (
        "健身房|网店|培训机构|预付卡商家",
        "不退款|关门跑路不退钱|拒绝退费|押金不退",
        "the gym|an online shop|training agency|the prepaid card shop",
        "refuses a refund|closed and kept our money|will not give money back|does not return the deposit",
    ),
    "hospital": (
        "医院|医生|急诊|门诊挂号",
        "态度差|排队太久|挂不上号|看病等了半天",
        "the hospital|the doctor|emergency ward|the clinic",
        "was unfriendly to patients|waiting time is too long|has no appointments|made patients wait for hours",
    ),
    "stray_dog": (
        "流浪狗|大型犬|没拴绳的狗|野狗",
        "追人咬人|在小区乱跑|吓到小孩|成群伤人",
        "stray dogs|a big dog|a dog without leash|wild dogs",
        "chase people|runs loose|frightens children|have bitten someone",
    ),
    "fraud": (
        "诈骗电话|陌生短信|假客服|冒充公安的人",
        "骗我转账|骗走老人钱|要验证码|骗取银行卡密码",
        "a fraud call|a strange text message|fake customer service|someone posing as police",
        "asked me to transfer money|cheated an old man|wanted my code|swindled my bank password",
    ),
    "fire_exit": (
        "消防通道|安全出口|消防栓|逃生楼梯",
        "被车堵住|堆满杂物|被锁住|被占用",
        "fire lane|fire exit|fire hydrant|escape stairs",
        "is blocked by cars|is full of clutter|is locked|is obstructed",
    ),
    "school": (
        "学校|老师|幼儿园|小学",
        "补课乱收费|入学名额问题|布置作业太多|招生报名怎么办",
        "the school|a teacher|kindergarten|primary school",
        "charges for extra lessons|has no place for my child|gives too much homework|enrolment of pupils is unclear",
    ),
}
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
