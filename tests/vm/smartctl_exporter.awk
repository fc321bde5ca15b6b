# SPDX-License-Identifier: Apache-2.0
# What smartctl_exporter makes of a disk, from "smartctl --json=g": series and their values, with the
# labels that ours have, too. device is set by the caller. A spare of nothing with a threshold of
# nothing is none that is measured, as qemu has it, nor is 0 degrees of a disk that has no SMART: ours
# leave them out.
{
    at = index($0, " = ")
    value = substr($0, at + 3)
    gsub(/^"|"?;$/, "", value)
    json[substr($0, 6, at - 6)] = value
}

function put(name, labels, value)
{
    printf "smartctl_%s{device=\"%s\"%s} %s\n", name, device, labels, value
}

# put_number NAME KEY [FACTOR] [LABELS]: where the disk has it
function put_number(name, key, factor, labels)
{
    if (key in json)
        put("device_" name, labels, json[key] * (factor ? factor : 1))
}

function put_attributes(    i, row, types, label, type)
{
    split("value worst thresh raw.value", types, " ")
    for (i = 0; ("ata_smart_attributes.table[" i "].id") in json; i++) {
        row = "ata_smart_attributes.table[" i "]."
        label = ",attribute_name=\"" json[row "name"] "\",attribute_id=\"" json[row "id"] "\""
        for (type in types)
            if (row types[type] in json)
                put("device_attribute", label ",attribute_value_type=\"" \
                    (types[type] ~ /raw/ ? "raw" : types[type]) "\"", json[row types[type]])
    }
}

END {
    protocol = json["device.protocol"]
    model = ("model_name" in json) ? json["model_name"] : json["scsi_model_name"]
    put("device", ",protocol=\"" protocol "\",model_name=\"" model "\",serial_number=\"" \
        json["serial_number"] "\",firmware_version=\"" \
        (("firmware_version" in json) ? json["firmware_version"] : json["scsi_revision"]) "\"", 1)
    if ("smart_status.passed" in json) {
        put("device_smart_status", "", json["smart_status.passed"] == "true")
        put("device_status", "", json["smart_status.passed"] == "true")
    }
    put_attributes()
    put_number("power_cycle_count", "power_cycle_count")
    if ("power_on_time.hours" in json)
        put("device_power_on_seconds", "",
            json["power_on_time.hours"] * 3600 + json["power_on_time.minutes"] * 60)
    if (json["smart_support.available"] != "false")
        put_number("temperature", "temperature.current", 1, ",temperature_type=\"current\"")
    put_number("error_log_count", "ata_smart_error_log.summary.count", 1, ",error_log_type=\"summary\"")
    put_number("self_test_log_count", "ata_smart_self_test_log.standard.count", 1,
        ",self_test_log_type=\"standard\"")
    put_number("erc_seconds", "ata_sct_erc.read.deciseconds", 0.1, ",op_type=\"read\"")
    put_number("erc_seconds", "ata_sct_erc.write.deciseconds", 0.1, ",op_type=\"write\"")
    nvme = "nvme_smart_health_information_log."
    put_number("percentage_used", nvme "percentage_used")
    if (json[nvme "available_spare"] + json[nvme "available_spare_threshold"] > 0) {
        put_number("available_spare", nvme "available_spare")
        put_number("available_spare_threshold", nvme "available_spare_threshold")
    }
    put_number("critical_warning", nvme "critical_warning")
    put_number("media_errors", nvme "media_errors")
    put_number("num_err_log_entries", nvme "num_err_log_entries")
    if ("scsi_grown_defect_list" in json)
        put("scsi_grown_defect_list", ",model_name=\"" model "\",serial_number=\"" \
            json["serial_number"] "\"", json["scsi_grown_defect_list"])
}
