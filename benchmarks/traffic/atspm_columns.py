"""Which of our columns answers which of the peer's."""

KEYS = {"time_ms", "device", "phase", "detector", "code", "at_ms", "reason", "state", "red_offset_s"}


COLUMNS: dict[str, dict[str, str]] = {
    "has_data": {"TimeStamp": "time_ms"},
    "actuations": {"TimeStamp": "time_ms", "Detector": "detector", "Total": "total"},
    "arrival_on_green": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Total_Actuations": "total",
        "Percent_AOG": "on_green",
    },
    "platoon_ratio": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Total_Actuations": "total",
        "Green_Actuations": "green_total",
        "Percent_AOG": "on_green",
        "Green_Seconds": "green_s",
        "Green_Ratio": "green_ratio",
        "Platoon_Ratio": "platoon_ratio",
        "Arrival_Type": "arrival_type",
    },
    "communications": {"TimeStamp": "time_ms", "EventId": "code", "Average": "average"},
    "coordination": {
        "TimeStamp": "time_ms",
        "Raw_TimeStamp": "at_ms",
        "EventId": "code",
        "Parameter": "parameter",
    },
    "ped": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PedServices": "ped_services",
        "PedActuation": "ped_actuations",
    },
    "unique_ped": {"TimeStamp": "time_ms", "Phase": "phase", "Unique_Actuations": "unique_actuations"},
    "full_ped": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PedServices": "ped_services",
        "PedActuation": "ped_actuations",
        "Unique_Actuations": "unique_actuations",
        "Estimated_Volumes": "estimated_volume",
    },
    "split_failures": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Green_Time": "green_s",
        "Green_Occupancy": "green_occupancy",
        "Red_Occupancy": "red_occupancy",
        "Split_Failure": "split_failures",
    },
    "splits": {
        "TimeStamp": "time_ms",
        "EventId": "code",
        "Services": "services",
        "Average_Split": "average_split",
    },
    "terminations": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PerformanceMeasure": "reason",
        "Total": "total",
    },
    "yellow_red": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Signal_State": "state",
        "Red_Offset": "red_offset_s",
        "Count": "count",
    },
    "ped_delay": {"TimeStamp": "time_ms", "Phase": "phase", "AvgPedDelay": "delay_s", "Samples": "samples"},
    "phase_wait": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "AvgPhaseWait": "wait_s",
        "MaxPhaseWait": "longest_s",
        "TotalSkips": "skips",
    },
    "coordination_agg": {
        "TimeStamp": "time_ms",
        "Pattern": "pattern",
        "CycleLength": "cycle_length",
        "ActualCycleLength": "actual_cycle_length",
        "ActualOffset": "actual_offset",
    },
}
