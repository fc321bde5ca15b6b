/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "probes/smart_ata.h"

/* Which disks a name stands for; the others have "Unknown_..._Attribute". */
enum kind { ANY, HDD, SSD };

struct name {
    const char *name;
    enum kind kind;
};

/* The names that smartctl prints for a disk it does not know (smartctl -P showall). */
static const struct name names[256] = {
    [1] = {"Raw_Read_Error_Rate", ANY},
    [2] = {"Throughput_Performance", ANY},
    [3] = {"Spin_Up_Time", ANY},
    [4] = {"Start_Stop_Count", ANY},
    [5] = {"Reallocated_Sector_Ct", ANY},
    [6] = {"Read_Channel_Margin", HDD},
    [7] = {"Seek_Error_Rate", HDD},
    [8] = {"Seek_Time_Performance", HDD},
    [9] = {"Power_On_Hours", ANY},
    [10] = {"Spin_Retry_Count", HDD},
    [11] = {"Calibration_Retry_Count", HDD},
    [12] = {"Power_Cycle_Count", ANY},
    [13] = {"Read_Soft_Error_Rate", ANY},
    [175] = {"Program_Fail_Count_Chip", SSD},
    [176] = {"Erase_Fail_Count_Chip", SSD},
    [177] = {"Wear_Leveling_Count", SSD},
    [178] = {"Used_Rsvd_Blk_Cnt_Chip", SSD},
    [179] = {"Used_Rsvd_Blk_Cnt_Tot", SSD},
    [180] = {"Unused_Rsvd_Blk_Cnt_Tot", SSD},
    [181] = {"Program_Fail_Cnt_Total", ANY},
    [182] = {"Erase_Fail_Count_Total", SSD},
    [183] = {"Runtime_Bad_Block", ANY},
    [184] = {"End-to-End_Error", ANY},
    [187] = {"Reported_Uncorrect", ANY},
    [188] = {"Command_Timeout", ANY},
    [189] = {"High_Fly_Writes", HDD},
    [190] = {"Airflow_Temperature_Cel", ANY},
    [191] = {"G-Sense_Error_Rate", HDD},
    [192] = {"Power-Off_Retract_Count", ANY},
    [193] = {"Load_Cycle_Count", HDD},
    [194] = {"Temperature_Celsius", ANY},
    [195] = {"Hardware_ECC_Recovered", ANY},
    [196] = {"Reallocated_Event_Count", ANY},
    [197] = {"Current_Pending_Sector", ANY},
    [198] = {"Offline_Uncorrectable", ANY},
    [199] = {"UDMA_CRC_Error_Count", ANY},
    [200] = {"Multi_Zone_Error_Rate", HDD},
    [201] = {"Soft_Read_Error_Rate", HDD},
    [202] = {"Data_Address_Mark_Errs", HDD},
    [203] = {"Run_Out_Cancel", ANY},
    [204] = {"Soft_ECC_Correction", ANY},
    [205] = {"Thermal_Asperity_Rate", ANY},
    [206] = {"Flying_Height", HDD},
    [207] = {"Spin_High_Current", HDD},
    [208] = {"Spin_Buzz", HDD},
    [209] = {"Offline_Seek_Performnce", HDD},
    [220] = {"Disk_Shift", HDD},
    [221] = {"G-Sense_Error_Rate", HDD},
    [222] = {"Loaded_Hours", HDD},
    [223] = {"Load_Retry_Count", HDD},
    [224] = {"Load_Friction", HDD},
    [225] = {"Load_Cycle_Count", HDD},
    [226] = {"Load-in_Time", HDD},
    [227] = {"Torq-amp_Count", HDD},
    [228] = {"Power-off_Retract_Count", ANY},
    [230] = {"Head_Amplitude", HDD},
    [231] = {"Temperature_Celsius", HDD},
    [232] = {"Available_Reservd_Space", ANY},
    [233] = {"Media_Wearout_Indicator", SSD},
    [240] = {"Head_Flying_Hours", HDD},
    [241] = {"Total_LBAs_Written", ANY},
    [242] = {"Total_LBAs_Read", ANY},
    [250] = {"Read_Error_Retry_Rate", ANY},
    [254] = {"Free_Fall_Sensor", HDD},
};

const char *smart_ata_name(uint8_t id, int rotational)
{
    const struct name *n = &names[id];
    if (!n->name)
        return "Unknown_Attribute";
    if (n->kind == HDD && rotational == 0)
        return "Unknown_SSD_Attribute";
    if (n->kind == SSD && rotational == 1)
        return "Unknown_HDD_Attribute";
    return n->name;
}
