/** Drivers and libraries that come with Windows, for dumps whose images do not tell their company. Lower case. */
export const windowsModules: ReadonlySet<string> = new Set(
  [
    'ntoskrnl.exe ntkrnlmp.exe hal.dll kdcom.dll mcupdate.dll mcupdate_genuineintel.dll mcupdate_authenticamd.dll clfs.sys',
    'tm.sys pshed.dll bootvid.dll fltmgr.sys ksecdd.sys clipsp.sys cmimcext.sys ntosext.sys ci.dll cng.sys wdf01000.sys',
    'wdfldr.sys wpprecorder.sys acpiex.sys mssecflt.sys sgrmagent.sys acpi.sys wmilib.sys intelpep.sys pci.sys pdc.sys',
    'partmgr.sys volmgr.sys volmgrx.sys mountmgr.sys storahci.sys storport.sys stornvme.sys ehstorclass.sys fileinfo.sys',
    'wof.sys ntfs.sys fs_rec.sys ndis.sys netio.sys ksecpkg.sys tcpip.sys fwpkclnt.sys wfplwfs.sys fvevol.sys volsnap.sys',
    'rdyboost.sys mup.sys iorate.sys disk.sys classpnp.sys crashdmp.sys cdrom.sys filecrypt.sys tbs.sys null.sys beep.sys',
    'dxgkrnl.sys watchdog.sys basicdisplay.sys basicrender.sys npfs.sys msfs.sys cimfs.sys tdx.sys tdi.sys netbt.sys',
    'afunix.sys afd.sys vwififlt.sys pacer.sys netbios.sys rdbss.sys csc.sys nsiproxy.sys npsvctrig.sys mssmbios.sys',
    'gpuenergydrv.sys dfsc.sys fastfat.sys bam.sys ahcache.sys compositebus.sys kdnic.sys umbus.sys amdppm.sys intelppm.sys',
    'usbxhci.sys ucx01000.sys usbhub3.sys usbd.sys hdaudbus.sys portcls.sys drmk.sys ks.sys ksthunk.sys hidclass.sys',
    'hidparse.sys hidusb.sys kbdhid.sys kbdclass.sys mouhid.sys mouclass.sys i8042prt.sys dxgmms1.sys dxgmms2.sys monitor.sys',
    'luafv.sys wcifs.sys cldflt.sys storqosflt.sys bindflt.sys lltdio.sys mslldp.sys rspndr.sys wanarp.sys ndisuio.sys',
    'nwifi.sys http.sys bowser.sys mpsdrv.sys mrxsmb.sys mrxsmb20.sys srvnet.sys srv2.sys vmbkmcl.sys vmbus.sys winhv.sys',
    'condrv.sys tcpipreg.sys rassstp.sys ndproxy.sys agilevpn.sys rasl2tp.sys raspptp.sys raspppoe.sys ndistapi.sys ndiswan.sys',
    'win32k.sys win32kbase.sys win32kfull.sys cdd.dll spaceport.sys vdrvroot.sys swenum.sys rdpbus.sys peauth.sys mmcss.sys',
    'wdfilter.sys wdnisdrv.sys verifierext.sys vmstorfl.sys msrpc.sys werkernel.sys wdboot.sys hvservice.sys refs.sys exfat.sys',
  ]
    .join(' ')
    .split(' '),
);

/** Parts of Windows that run other drivers' code for them, so that a driver next to them is the likelier one. Lower case. */
export const hostModules: ReadonlySet<string> = new Set(
  [
    'wdf01000.sys wdfldr.sys ndis.sys netio.sys tcpip.sys storport.sys scsiport.sys ataport.sys usbport.sys usbhub.sys',
    'usbhub3.sys ucx01000.sys usbxhci.sys usbccgp.sys usbd.sys hidclass.sys hidparse.sys hidusb.sys ks.sys portcls.sys',
    'hdaudbus.sys dxgkrnl.sys dxgmms1.sys dxgmms2.sys watchdog.sys videoprt.sys fltmgr.sys classpnp.sys disk.sys',
    'partmgr.sys volmgr.sys volsnap.sys mountmgr.sys win32k.sys win32kbase.sys win32kfull.sys acpi.sys pci.sys',
    'kbdclass.sys mouclass.sys bthport.sys spbcx.sys gpioclx0101.sys vmbus.sys vmbkmcl.sys verifierext.sys',
  ]
    .join(' ')
    .split(' '),
);
