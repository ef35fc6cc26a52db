/* An ALSA sequencer with no other client, for a machine whose kernel has no sound: qtractor does not start without one.
 * Preloaded, it stands before libasound's own functions, which would open /dev/snd/seq. Nothing is sent or received.
 */

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* The handle and all "info" structures are opaque to programs: they ask for a size and use the functions below. */
#define OPAQUE_BYTES 512
#define OK(name) int name(void) { return 0; }
#define NONE(name) int name(void) { return -ENOENT; }
#define SIZE(name) size_t name(void) { return OPAQUE_BYTES; }
#define TEXT(name) const char *name(void) { return ""; }

static char sequencer;
static int next_port;
static int never_readable[2] = {-1, -1};

/* "hw" is a second connection for announcements, of which there are none. */
int snd_seq_open(void **handle, const char *name) {
    if (strcmp(name, "default") != 0) return -ENOENT;
    if (never_readable[0] < 0 && pipe(never_readable) != 0) return -errno;
    *handle = &sequencer;
    return 0;
}

int snd_seq_client_id(void) { return 128; }
int snd_seq_create_simple_port(void) { return next_port++; }
int snd_seq_poll_descriptors_count(void) { return 1; }

int snd_seq_poll_descriptors(void *handle, struct pollfd *fds) {
    (void)handle;
    fds[0] = (struct pollfd){.fd = never_readable[0], .events = POLLIN};
    return 1;
}

int snd_seq_event_input(void *handle, void **event) {
    (void)handle;
    *event = NULL;
    return -EAGAIN;
}

const void *snd_seq_query_subscribe_get_addr(void) {
    static const uint8_t nobody[2];
    return nobody;
}

unsigned snd_seq_queue_tempo_get_skew(void) { return 0x10000; }
unsigned snd_seq_queue_tempo_get_skew_base(void) { return 0x10000; }

NONE(snd_seq_query_next_client)
NONE(snd_seq_query_next_port)
NONE(snd_seq_query_port_subscribers)
NONE(snd_seq_get_any_client_info)
NONE(snd_seq_get_any_port_info)
NONE(snd_timer_open)
NONE(snd_timer_query_open)

SIZE(snd_seq_client_info_sizeof)
SIZE(snd_seq_port_info_sizeof)
SIZE(snd_seq_port_subscribe_sizeof)
SIZE(snd_seq_query_subscribe_sizeof)
SIZE(snd_seq_queue_status_sizeof)
SIZE(snd_seq_queue_tempo_sizeof)
SIZE(snd_seq_queue_timer_sizeof)
SIZE(snd_seq_remove_events_sizeof)

TEXT(snd_seq_client_info_get_name)
TEXT(snd_seq_port_info_get_name)

OK(snd_seq_alloc_queue)
OK(snd_seq_close)
OK(snd_seq_control_queue)
OK(snd_seq_delete_simple_port)
OK(snd_seq_drain_output)
OK(snd_seq_drop_input)
OK(snd_seq_drop_output)
OK(snd_seq_event_input_pending)
OK(snd_seq_event_output)
OK(snd_seq_event_output_direct)
OK(snd_seq_free_event)
OK(snd_seq_free_queue)
OK(snd_seq_get_port_info)
OK(snd_seq_get_queue_status)
OK(snd_seq_get_queue_tempo)
OK(snd_seq_queue_status_get_tick_time)
OK(snd_seq_client_info_get_client)
OK(snd_seq_client_info_set_client)
OK(snd_seq_port_info_get_capability)
OK(snd_seq_port_info_get_port)
OK(snd_seq_port_info_set_client)
OK(snd_seq_port_info_set_port)
OK(snd_seq_port_info_set_timestamp_queue)
OK(snd_seq_port_info_set_timestamp_real)
OK(snd_seq_port_info_set_timestamping)
OK(snd_seq_port_subscribe_set_dest)
OK(snd_seq_port_subscribe_set_sender)
OK(snd_seq_query_subscribe_get_index)
OK(snd_seq_query_subscribe_set_index)
OK(snd_seq_query_subscribe_set_root)
OK(snd_seq_query_subscribe_set_type)
OK(snd_seq_queue_tempo_set_ppq)
OK(snd_seq_queue_tempo_set_skew)
OK(snd_seq_queue_tempo_set_tempo)
OK(snd_seq_queue_timer_set_id)
OK(snd_seq_queue_timer_set_type)
OK(snd_seq_remove_events)
OK(snd_seq_remove_events_set_channel)
OK(snd_seq_remove_events_set_condition)
OK(snd_seq_remove_events_set_queue)
OK(snd_seq_remove_events_set_tag)
OK(snd_seq_remove_events_set_time)
OK(snd_seq_set_client_name)
OK(snd_seq_set_port_info)
OK(snd_seq_set_queue_tempo)
OK(snd_seq_set_queue_timer)
OK(snd_seq_subscribe_port)
OK(snd_seq_unsubscribe_port)
