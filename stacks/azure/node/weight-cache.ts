// Where downloaded weights live on a node and the script that makes that place ready at every start of the engine.
// In: the deployment document. Out: a kind of place, its size, and a script whose text holds nothing of the document.
import type { Deployment } from '../../../src/documents/deployment.ts';

export type CachePlace = 'data-disk' | 'local-nvme' | 'root-disk';

export const cacheDirectory = '/var/lib/seekstack/cache';
export const cacheScriptPath = '/usr/local/sbin/seekstack-prepare-cache';
/** Logical unit number of the weights disk; the script looks for this very one. */
export const weightsDiskLun = 0;

/** Network disk when the document asks for one, else local NVMe, else the root disk. */
export function chooseCachePlace(document: Deployment): CachePlace {
  if (document.disk.weightsBytes > 0) return 'data-disk';
  return document.machine.localDiskBytes > 0 ? 'local-nvme' : 'root-disk';
}

/** Bytes of the chosen place, shared with the system in the case of the root disk. */
export function measureCacheBytes(document: Deployment): number {
  const place = chooseCachePlace(document);
  if (place === 'data-disk') return document.disk.weightsBytes;
  return place === 'local-nvme' ? document.machine.localDiskBytes : document.disk.rootBytes;
}

/**
 * The script. It may run any number of times; a place already mounted is left alone, and a network disk that
 * holds anything is never formatted. Local NVMe comes back blank after a deallocation, hence not a first-boot task.
 * Disk models: https://learn.microsoft.com/azure/virtual-machines/nvme-linux#local-nvme. Images of the azhpc-images
 * family may have striped the disks themselves at /mnt/resource_nvme.
 */
export const cacheScript = `#!/bin/bash
# usage: seekstack-prepare-cache data-disk|local-nvme|root-disk DIRECTORY
set -euo pipefail
place=$1
directory=$2
label=seekstack

fail() { echo "seekstack-prepare-cache: $*" >&2; exit 1; }

mkdir -p "$directory"
if mountpoint --quiet "$directory"; then exit 0; fi

find_data_disk() {
  local candidate
  for _ in $(seq 60); do
    for candidate in /dev/disk/azure/data/by-lun/${weightsDiskLun} /dev/disk/azure/scsi1/lun${weightsDiskLun}; do
      if [ -b "$candidate" ]; then readlink --canonicalize "$candidate"; return; fi
    done
    sleep 1
  done
  fail "no data disk at lun ${weightsDiskLun} after 60 seconds"
}

stripe_local_nvme() {
  local disks
  mapfile -t disks < <(lsblk --nodeps --noheadings --paths --output NAME,MODEL | awk '/Microsoft NVMe Direct Disk/ { print $1 }')
  [ "\${#disks[@]}" -gt 0 ] || fail "the document says this size has local NVMe, none was found"
  if [ "\${#disks[@]}" -eq 1 ]; then echo "\${disks[0]}"; return; fi
  wipefs --all --quiet "\${disks[@]}" >&2
  mdadm --create /dev/md/$label --run --level=0 --raid-devices="\${#disks[@]}" "\${disks[@]}" >&2
  udevadm settle
  readlink --canonicalize /dev/md/$label
}

case "$place" in
  root-disk)
    exit 0
    ;;
  data-disk)
    device=$(find_data_disk)
    if [ -z "$(blkid --output value --match-tag TYPE "$device" || true)" ]; then mkfs.xfs -L "$label" "$device"; fi
    ;;
  local-nvme)
    if mountpoint --quiet /mnt/resource_nvme; then
      mkdir -p /mnt/resource_nvme/$label
      mount --bind /mnt/resource_nvme/$label "$directory"
      exit 0
    fi
    mdadm --assemble --scan || true
    device=$(blkid --label "$label" || true)
    if [ -z "$device" ]; then
      device=$(stripe_local_nvme)
      mkfs.xfs -f -L "$label" "$device"
    fi
    ;;
  *)
    fail "unknown place $place"
    ;;
esac
mount -o noatime "$device" "$directory"
`;
