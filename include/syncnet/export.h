/* What libsyncnet.so shows to the outside; all else is hidden. */
#ifndef SYNCNET_EXPORT_H
#define SYNCNET_EXPORT_H

#define SYNCNET_API __attribute__((visibility("default")))
#define SYNCNET_LOCAL __attribute__((visibility("hidden")))

#endif
