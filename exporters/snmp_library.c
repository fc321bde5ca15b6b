/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_library.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

/* One line may come in parts; only whole ones would be worth a buffer, and its lines are whole. */
static int on_log(int major, int minor, void *server, void *client)
{
    const struct snmp_log_message *message = server;
    char text[512];

    (void)major;
    (void)minor;
    (void)client;
    snprintf(text, sizeof text, "%s", message->msg);
    text[strcspn(text, "\n")] = '\0';
    if (text[0])
        log_message(message->priority <= LOG_ERR ? LOG_WARNING : LOG_DEBUG, "net-snmp: %s", text);
    return 0;
}

void snmp_library_prepare(void)
{
    /* It makes directories where these name none, and reads all MIBs. */
    setenv("MIBS", "", 1);
    setenv("SNMPCONFPATH", "/dev/null", 1);
    setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
    snmp_disable_log();
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
    snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, NULL);
}
