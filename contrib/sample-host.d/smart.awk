# SPDX-License-Identifier: Apache-2.0
# What smartctl -j says of a disk, as far as forewarn reads it: smart_ata(), smart_sas(),
# smart_nvme(). Counters stand in the arrays of disk.awk.

function json_head(d, type, protocol)
{
    return sprintf("{\n \"json_format_version\": [1, 0],\n \"smartctl\": {\"version\": [7, 3], " \
        "\"argv\": [\"smartctl\", \"-x\", \"-j\", \"/dev/%s\"], \"exit_status\": 0},\n " \
        "\"device\": {\"name\": \"/dev/%s\", \"info_name\": \"/dev/%s\", \"type\": \"%s\", " \
        "\"protocol\": \"%s\"},\n", name[d], name[d], name[d], type, protocol)
}

function json_tail(d, passed)
{
    return sprintf(" \"smart_support\": {\"available\": true, \"enabled\": true},\n " \
        "\"smart_status\": {\"passed\": %s},\n \"temperature\": {\"current\": %d},\n " \
        "\"power_on_time\": {\"hours\": %d},\n \"power_cycle_count\": %d\n}\n", \
        passed ? "true" : "false", temperature[d], hours[d], 20 + d % 30)
}

function json_capacity(d,   bytes)
{
    bytes = sprintf("%.0f", sectors[d] * 512)
    return sprintf(" \"user_capacity\": {\"blocks\": %.0f, \"bytes\": %s},\n " \
        "\"logical_block_size\": 512,\n \"physical_block_size\": 4096,\n", sectors[d], bytes)
}

function attribute(id, title, value, worst, threshold, prefailure, raw)
{
    return sprintf("  {\"id\": %d, \"name\": \"%s\", \"value\": %d, \"worst\": %d, \"thresh\": " \
        "%d, \"when_failed\": \"\", \"flags\": {\"value\": %d, \"prefailure\": %s, " \
        "\"updated_online\": true}, \"raw\": {\"value\": %.0f, \"string\": \"%.0f\"}}", id, title, \
        value, worst, threshold, prefailure ? 51 : 50, prefailure ? "true" : "false", raw, raw)
}

function ata_hdd_table(d,   sep)
{
    sep = ",\n"
    return attribute(1, "Raw_Read_Error_Rate", 200, 200, 51, 1, 0) sep \
        attribute(3, "Spin_Up_Time", 176, 172, 21, 1, 6191) sep \
        attribute(4, "Start_Stop_Count", 100, 100, 0, 0, 41) sep \
        attribute(5, "Reallocated_Sector_Ct", 200, 200, 140, 1, reallocated[d]) sep \
        attribute(7, "Seek_Error_Rate", 200, 200, 0, 0, 0) sep \
        attribute(9, "Power_On_Hours", 60, 60, 0, 0, hours[d]) sep \
        attribute(10, "Spin_Retry_Count", 100, 100, 0, 0, 0) sep \
        attribute(12, "Power_Cycle_Count", 100, 100, 0, 0, 20 + d % 30) sep \
        attribute(187, "Reported_Uncorrect", 100 - reported[d], 100 - reported[d], 0, 0, \
            reported[d]) sep \
        attribute(194, "Temperature_Celsius", 150 - temperature[d], 90, 0, 0, temperature[d]) sep \
        attribute(197, "Current_Pending_Sector", 200, 200, 0, 0, pending[d]) sep \
        attribute(198, "Offline_Uncorrectable", 200, 200, 0, 0, 0) sep \
        attribute(199, "UDMA_CRC_Error_Count", 200, 200, 0, 0, crc[d])
}

function ata_ssd_table(d,   sep)
{
    sep = ",\n"
    return attribute(5, "Reallocated_Sector_Ct", 100, 100, 10, 1, reallocated[d]) sep \
        attribute(9, "Power_On_Hours", 95, 95, 0, 0, hours[d]) sep \
        attribute(12, "Power_Cycle_Count", 99, 99, 0, 0, 20 + d % 30) sep \
        attribute(177, "Wear_Leveling_Count", 93, 93, 0, 1, 61) sep \
        attribute(187, "Reported_Uncorrect", 100, 100, 0, 0, reported[d]) sep \
        attribute(194, "Temperature_Celsius", 100 - temperature[d], 60, 0, 0, temperature[d]) sep \
        attribute(199, "UDMA_CRC_Error_Count", 100, 100, 0, 0, crc[d])
}

function smart_ata(d)
{
    return json_head(d, "sat", "ATA") sprintf(" \"model_name\": \"%s\",\n \"serial_number\": " \
        "\"%s\",\n \"wwn\": {\"naa\": 5, \"oui\": %d, \"id\": %.0f},\n \"firmware_version\": " \
        "\"%s\",\n", model[d], serial[d], oui, 1000 + d, firmware[d]) json_capacity(d) \
        sprintf(" \"rotation_rate\": %d,\n", kind[d] == "ssd" ? 0 : 7200) \
        " \"ata_smart_attributes\": {\"revision\": 16, \"table\": [\n" \
        (kind[d] == "ssd" ? ata_ssd_table(d) : ata_hdd_table(d)) "\n ]},\n" \
        " \"ata_sct_erc\": {\"read\": {\"enabled\": true, \"deciseconds\": 70}, \"write\": " \
        "{\"enabled\": true, \"deciseconds\": 70}},\n" \
        sprintf(" \"ata_smart_self_test_log\": {\"extended\": {\"revision\": 1, \"table\": [" \
            "{\"type\": {\"value\": 2, \"string\": \"Extended offline\"}, \"status\": {\"value\": " \
            "0, \"string\": \"Completed without error\", \"passed\": true}, \"lifetime_hours\": " \
            "%d}], \"count\": 1, \"error_count_total\": 0, \"error_count_outdated\": 0}},\n", \
            (hours[d] - 100) % 65536) json_tail(d, 1)
}

function sas_counters(way, uncorrected)
{
    return sprintf("\"%s\": {\"total_errors_corrected\": 0, \"gigabytes_processed\": " \
        "\"91234.567\", \"total_uncorrected_errors\": %d}", way, uncorrected)
}

function smart_sas(d)
{
    return json_head(d, "scsi", "SCSI") sprintf(" \"scsi_vendor\": \"%s\",\n \"scsi_product\": " \
        "\"%s\",\n \"scsi_model_name\": \"%s %s\",\n \"scsi_revision\": \"%s\",\n " \
        "\"logical_unit_id\": \"%s\",\n \"serial_number\": \"%s\",\n", vendor, model[d], vendor, \
        model[d], firmware[d], wwn[d], serial[d]) json_capacity(d) \
        " \"rotation_rate\": 7200,\n \"scsi_transport_protocol\": {\"name\": \"SAS (SPL-4)\", " \
        "\"value\": 6},\n" sprintf(" \"scsi_grown_defect_list\": %d,\n", grown[d]) \
        " \"scsi_start_stop_cycle_counter\": {\"accumulated_start_stop_cycles\": 41, " \
        "\"accumulated_load_unload_cycles\": 1022},\n \"scsi_error_counter_log\": {" \
        sas_counters("read", 0) ", " sas_counters("write", 0) ", " sas_counters("verify", 0) \
        "},\n" json_tail(d, 1)
}

function smart_nvme(d)
{
    return json_head(d, "nvme", "NVMe") sprintf(" \"model_name\": \"%s\",\n \"serial_number\": " \
        "\"%s\",\n \"firmware_version\": \"%s\",\n \"nvme_namespaces\": [{\"id\": 1, \"eui64\": " \
        "{\"oui\": %d, \"ext_id\": %.0f}}],\n", model[d], serial[d], firmware[d], oui, 1000 + d) \
        json_capacity(d) sprintf(" \"nvme_smart_health_information_log\": {\"critical_warning\": " \
        "0, \"temperature\": %d, \"available_spare\": 100, \"available_spare_threshold\": 10, " \
        "\"percentage_used\": 12, \"power_cycles\": %d, \"power_on_hours\": %d, " \
        "\"unsafe_shutdowns\": 3, \"media_errors\": 0, \"num_err_log_entries\": 0, " \
        "\"critical_comp_time\": 0},\n", temperature[d], 20 + d % 30, hours[d]) json_tail(d, 1)
}
