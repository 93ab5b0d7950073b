"""What a device of Nokia SR Linux 25.3, 7220 IXR-D may show or leave out.

Made of its models by `python -m tests.yang.shown`; docs/yang.md says how it is read.
"""

from citynet.netconf.shown import shown

SHOWN = shown("""
acl
 acl-filter* subinterface-specific=disabled
  entry*
   action log=false /copy! /drop!
    accept! /forward! /rate-limit
   match
    ipv4 /destination-ip /icmp /source-ip
    ipv6 /destination-ip /icmp6 /source-ip
    l2 /destination-mac /source-mac
     vlan
      outermost-vlan-id /range
    transport
     destination-port /range
     source-port /range
 interface* /input /interface-ref /output
bfd!
 subinterface* admin-state=disable desired-minimum-transmit-interval=1000000 detection-multiplier=3
  max-hop-count=255 minimum-echo-receive-interval=0 required-minimum-receive=1000000
interface* admin-state=enable swap-src-dst-mac=false /breakout-mode! /load-balancing /sflow!
 /transceiver
 ethernet ptp-asymmetry=0 /flow-control /forward-error-correction /ptp-timestamping! /storm-control!
  /synce!
  crc-monitor admin-state=disable window-size=10
   signal-degrade exponent=5 multiplier=1
   signal-failure exponent=5 multiplier=1
  exponential-port-dampening admin-state=disable half-life=5 max-suppress-time=20
   reuse-threshold=1000 suppress-threshold=2000
  hold-time down=0 up=0
  symbol-monitor admin-state=disable window-size=10
   signal-degrade exponent=5 multiplier=1
   signal-failure exponent=5 multiplier=1
 subinterface* admin-state=enable /anycast-gw! /bridge-table!
  ipv4 admin-state=disable allow-directed-broadcast=false
   unnumbered admin-state=disable
  ipv6 admin-state=disable
   address* type=global-unicast
  unidirectional-link-delay static-delay=none
  vlan swap-src-dst-mac=false
   encap /double-tagged! /single-tagged! /single-tagged-range! /untagged!
network-instance* admin-state=enable type=default /bridge-table! /ip-forwarding! /ip-load-balancing
 /mpls-forwarding /mtu! /traffic-engineering!
 interface* /bridge-table! /interface-ref
 protocols
  bgp! admin-state=enable local-preference=100 /authentication /bgp-label! /trace-options
   afi-safi* admin-state=disable /add-paths /best-path-selection
    evpn advertise-ipv6-next-hops=false default-received-encapsulation=vxlan inter-as-vpn=false
     keep-all-routes=false next-hop-self-route-reflector=false rapid-update=false
     next-hop-resolution
      ipv4-next-hops
       route-resolution admin-state=enable ignore-default-routes=true
       tunnel-resolution
        selection-attributes
         tag mandatory=false
      ipv6-next-hops
       route-resolution admin-state=enable ignore-default-routes=true
       tunnel-resolution
        selection-attributes
         tag mandatory=false
    ipv4-unicast advertise-ipv6-next-hops=false receive-ipv6-next-hops=false
     backup-paths install=false
     convergence max-wait-to-advertise=0
    ipv6-unicast
     backup-paths install=false
     convergence max-wait-to-advertise=0
    l3vpn-ipv4-unicast advertise-ipv6-next-hops=false inter-as-vpn=false keep-all-routes=false
     next-hop-self-route-reflector=false rapid-update=false receive-ipv6-next-hops=false
     convergence max-wait-to-advertise=0
    l3vpn-ipv6-unicast inter-as-vpn=false keep-all-routes=false next-hop-self-route-reflector=false
     rapid-update=false
     convergence max-wait-to-advertise=0
    multipath allow-multiple-as=true maximum-paths=1
     ebgp maximum-paths=1 /weighted-ecmp
     ibgp maximum-paths=1 /weighted-ecmp
    srte-policy-ipv4 import-static=false
    srte-policy-ipv6 import-static=false
   as-path-options allow-own-as=0
    remove-private-as ignore-peer-as=false leading-only=false mode=disabled
   best-path-selection always-compare-med=false
   convergence min-wait-to-advertise=0
   dynamic-neighbors
    accept max-sessions=0
   ebgp-default-policy export-reject-all=true import-reject-all=true
   failure-detection enable-bfd=false fast-failover=true
   graceful-restart admin-state=disable requested-restart-time=300 stale-routes-time=360
   group* admin-state=enable next-hop-self=false route-flap-damping=false /authentication
    /failure-detection /local-as /multihop /route-reflector /trace-options
    afi-safi* /add-paths
     evpn /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 warning-threshold-pct=90
     ipv4-unicast /link-bandwidth /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     ipv6-unicast /link-bandwidth /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     l3vpn-ipv4-unicast /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     l3vpn-ipv6-unicast /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     link-state /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     multipath
      ebgp /weighted-ecmp
      ibgp /weighted-ecmp
     route-target send-default-route=false /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     srte-policy-ipv4 /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
     srte-policy-ipv6 /prefix-limit-accepted
      prefix-limit-received max-received-routes=4294967295 prevent-teardown=false
       warning-threshold-pct=90
    as-path-options /remove-private-as!
    graceful-restart requested-restart-time=300
    optional-attributes block-prefix-sid=false
    send-default-route ipv4-unicast=false ipv6-unicast=false
    timers connect-retry=120 hold-time=90 minimum-advertisement-interval=5
     prefix-limit-restart-timer=0
    transport passive-mode=false
   neighbor* admin-state=enable /authentication /failure-detection /local-as /multihop
    /optional-attributes /route-reflector /send-default-route /timers /trace-options /transport
    afi-safi* /add-paths
     evpn /prefix-limit-accepted /prefix-limit-received
     ipv4-unicast /link-bandwidth /prefix-limit-accepted /prefix-limit-received
     ipv6-unicast /link-bandwidth /prefix-limit-accepted /prefix-limit-received
     l3vpn-ipv4-unicast /prefix-limit-accepted /prefix-limit-received
     l3vpn-ipv6-unicast /prefix-limit-accepted /prefix-limit-received
     link-state /prefix-limit-accepted /prefix-limit-received
     route-target /prefix-limit-accepted /prefix-limit-received
     srte-policy-ipv4 /prefix-limit-accepted /prefix-limit-received
     srte-policy-ipv6 /prefix-limit-accepted /prefix-limit-received
    as-path-options /remove-private-as!
    graceful-restart requested-restart-time=300
   preference ebgp=170 ibgp=170
   route-advertisement rapid-withdrawal=false wait-for-fib-install=true
   route-flap-damping half-life=15 max-suppress-time=60 reuse-threshold=750 suppress-threshold=3000
   route-reflector client=false
   segment-routing-mpls admin-state=disable
   transport single-hop-connected-check=true tcp-mss=1024
  bgp-evpn!
   bgp-instance* admin-state=enable ecmp=1 encapsulation-type=vxlan /internal-tags
    /vpws-attachment-circuits!
    routes /bridge-table! /route-table!
  bgp-vpn! /combined-ecmp!
   backup-paths
    ipv4-unicast install=false
    ipv6-unicast install=false
   bgp-instance* /route-distinguisher /route-target
  directly-connected /te-database-install!
  isis!
   instance* admin-state=disable advertise-router-capability=true enable-csnp-on-p2p-links=true
    hello-padding=disable iid-tlv=false instance-id=0 level-capability=L2 max-ecmp-paths=1
    poi-tlv=false prefix-attributes-tlv=true /auto-cost /te-database-install! /trace-options
    attached-bit ignore=false suppress=false
    authentication /csnp-authentication /hello-authentication /key /lsp-authentication
     /psnp-authentication
    graceful-restart acceptable-duration=60 helper-mode=false
    inter-level-propagation-policies /level1-to-level2
    interface* admin-state=enable loopfree-alternate-exclude=false passive=false /interface-ref
     /trace-options
     authentication /hello-authentication /key
     delay delay-selection=static-preferred
     ipv4-unicast admin-state=enable enable-bfd=false include-bfd-tlv=false
     ipv6-unicast admin-state=enable enable-bfd=false include-bfd-tlv=false
     level* disable=false priority=64
      authentication /hello-authentication /key
      timers hello-interval=9 hello-multiplier=3
     timers csnp-interval=10 lsp-pacing-interval=100
     weighted-ecmp load-balancing-weight=auto
    ipv4-unicast admin-state=enable
    ipv6-unicast admin-state=enable multi-topology=false
    level* bgp-ls-exclude=false loopfree-alternate-exclude=false metric-style=wide /route-preference
     /trace-options
     authentication /csnp-authentication /hello-authentication /key /lsp-authentication
      /psnp-authentication
    loopfree-alternate admin-state=disable augment-route-table=false /exclude
     multi-homed-prefix admin-state=disable preference=none
     remote-lfa admin-state=disable max-pq-cost=4261412864
      node-protect admin-state=disable max-pq-nodes=16
     ti-lfa admin-state=disable max-sr-policy-lfa-labels=2
      node-protect admin-state=disable
    overload advertise-external=false advertise-interlevel=false /on-boot
     immediate max-metric=false set-bit=false
    timers lsp-lifetime=1200
     lsp-generation initial-wait=10 max-wait=5000 second-wait=1000
     lsp-refresh half-lifetime=true interval=600
     spf initial-wait=1000 max-wait=10000 second-wait=1000
    traffic-engineering advertisement=false legacy-link-attribute-advertisement=true
    transport lsp-mtu-size=1492
    weighted-ecmp admin-state=disable
   non-stop-forwarding admin-state=disable
routing-policy
 policy*
  default-action /internal-tags /route-preference
   bgp /communities /local-preference /med /next-hop /next-hop-resolution /origin /statistics
    as-path /prepend
    extended-community method=reference
    standard-community method=reference
   isis /metric
   ospf /metric
  statement*
   action /internal-tags /route-preference
    bgp /communities /local-preference /med /next-hop /next-hop-resolution /origin /statistics
     as-path /prepend
     extended-community method=reference
     standard-community method=reference
    isis /metric
    ospf /metric
   match /isis /ospf /prefix
    bgp /as-path-length /evpn /srte-policy
     as-path match-set-options=any
     extended-community match-set-options=any
     standard-community match-set-options=any
    internal-tags match-set-options=any
    multicast /group-address /source-address
system /name
tunnel-interface*
 vxlan-interface* /bridge-table! /ingress
  egress source-ip=use-system-ipv4-address /inner-ethernet-header!
""")
