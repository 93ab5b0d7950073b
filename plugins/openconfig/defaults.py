"""What a device of OpenConfig optical transport may show or leave out.

Made of its models by `python -m tests.yang.shown`; docs/yang.md says how it is read.
"""

from citynet.netconf.shown import shown

SHOWN = shown("""
aps
 aps-modules
  aps-module*
   config force-to-port=NONE primary-switch-hysteresis=0.0 relative-switch-threshold=0.0
    relative-switch-threshold-offset=0.0
   ports
    common-in
     config enabled=true
    common-output /config
    line-primary-in
     config enabled=true
    line-primary-out /config
    line-secondary-in
     config enabled=true
    line-secondary-out /config
components
 component* /config
  optical-channel /config
  port
   optical-port /config
  transceiver /config
optical-amplifier
 amplifiers
  amplifier* /config
terminal-device
 logical-channels
  channel*
   config loopback-mode=NONE
   ingress /config
   logical-channel-assignments
    assignment* /config
   otn /config
wavelength-router
 media-channels
  channel* /config
   dest /config
   source /config
   spectrum-power-profile
    distribution* /config
""")
