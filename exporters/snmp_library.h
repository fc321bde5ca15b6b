/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_LIBRARY_H
#define EXPORTERS_SNMP_LIBRARY_H

/*
 * Before init_snmp() or init_agent(): net-snmp then reads and writes no files of its own and logs
 * by us.
 */
void snmp_library_prepare(void);

#endif
