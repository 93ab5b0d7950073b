"""What a device of Huawei NE8000 M8/M14, 8.22.0 may show or leave out.

Made of its models by `python -m tests.yang.shown`; docs/yang.md says how it is read.
"""

from citynet.netconf.shown import shown

SHOWN = shown("""
acl
 group6s
  group6* match-order=config step=5 /rule-basics /rule-interfaces /rule-ucls
   rule-advances
    rule-advance* vpn-name=_public_
 groups
  group* match-order=config step=5 /rule-basics /rule-ethernets /rule-interfaces /rule-mplss
   /rule-ucls
   rule-advances
    rule-advance* vpn-name=_public_
bfd! /authentication-keys /discriminator-use /sbfd! /sessions /track-manager!
 global default-ip=224.0.0.184 echo-passive=false init-wait-time=2000 ipv6-trap-separated=false
  link-bundle-init-time=16000 link-bundle-l3-mode=false link-bundle-max-time=600000
  link-bundle-second-time=20000 lsp-path-check=true max-wait-time=12000 mpls-passive=false
  ping-interval=60 second-wait-time=5000 tos-exp=7 tos-exp-static=7
 passive-session /destination-udps /detect-multipliers
bgp
 base-process check-first-as=true enable=false keep-all-routes=false local-cross-no-med=false
  local-ifnet-mtu=1500 private-4byte-as=true route-loop-detect-enable=false
  router-id-auto-select=false shutdown=false /bestroute-af-priority-all-vpn
  /bestroute-nexthop-priority-all-vpn /srgbs
  confederation nonstanded=false
  graceful-restart enable=false peer-reset=false restart-time=150 time-wait-for-rib=600
  reference-period clear-interval=600 hold-interval=120 suppress-interval=60
  timer connect-retry-time=32 hold-time=180 keep-alive-time=60 min-hold-time=0
ifm
 interfaces
  interface* clear-ip-df=false l2-mode-enable=false link-up-down-trap-enable=true
   spread-mtu-flag=false statistic-mode=interface-based vrf-name=_public_ /bas! /bfd /bras
   /control-flap! /damp! /fim-ifm-mru /fim-ifm-veint /fim-tcp-mss /fim-tcp6-mss /ve-group!
   ethernet
    l3-sub-interface /dot1q-termination! /qinq-mapping! /qinq-stacking! /qinq-termination!
     /stacking-policy! /untag-policy! /user-vlan-any! /vlan-groups /vlan-type-dot1q!
     /vlan-type-policy!
     user-vlan-common /user-vlan-dot1q!
      user-vlan-qinqs /descriptions
    main-interface qinq-protocol=0x8100 vlan-swap=disable /encapsulation /l2-attribute!
   fim mac-statistic-enable=disable statistic-enable=disable statistic-mode=mac
   ignore-damp ignore-global-damp=false
   ipv4 /addresses /negotiation-address /unnumbered-address
   ipv6! auto-link-local=false spread-mtu-flag=false /nd-prefixs
    addresses
     address* algorithm-type=none
   mode-channel mode-channel-enable=disable
   qos /bras-member-link-schedulers /cars /convergent-precedence /default-service-class-remote
    /default-service-classs /default-sub-port-queues /default-user-group-queues /default-user-queue!
    /drop-eligible-indicator /drop-eligible-indicator-vlan /flow-queue-template-applys
    /hard-pipe-apply! /ldp-traffic /link-adjustment /member-link-schedulers
    /mode-channel-bandwidth-maximize /mpls-l2vc /per-hop-behavior-disables
    /per-hop-behavior-enable-vlans /port-queue-alarms /port-queue-discard-alarms
    /port-queue-template-applys /port-queues /profile-applys /schedule-tree-distribute-modes
    /service-template-applys /share-shaping! /sub-port-queue-applys /trust-remotes /trusts
    /user-group-queue-applys /user-queue-applys /user-vlan-profile-applys
    /user-vlan-user-group-queue-applys /vni-cfg-peers
    per-hop-behavior-enables /per-hop-behavior-enable!
    port-shapings /port-shaping!
    soft-pipe-alarms /soft-pipe-alarm!
    traffic-policy-applys
     traffic-policy-apply* identifier=no
   routing
    static-routing /ldp-sync!
   trap-threshold input-resume-rate=80 input-rising-rate=90 output-resume-rate=80
    output-rising-rate=90
   tunnel-protocol /te-tunnel!
network-instance
 instances
  instance* traffic-statistic-enable=false /ipv4-ifs /ipv6-ifs /parameter /te
   afs
    af* label-mode=per-instance lsp-operation=pop transit-vpn=false vpn-frr=false /export-filter
     /import-filter /isis-import-rts /vpn-targets
     bas
      ipv4-address-manage
       warning-threshold percent-value=80
      ipv6-address-manage
       warning-threshold value=80
     routing
      direct-routing /import-ribs /interfaces
      routing-manage /topologys
       option frr-enable=false
      static-routing /bfd-templates /import-ribs /ipv4-multicast-routes /unicast-route2s
       /unicast-routes
       route-frr-set multicast-route-frr-enable=false unicast-route-frr-enable=false
   bgp /instance-processs
    base-process! router-id-auto-select=false /dynamic-peer-prefixes /egress-engineer-peer-sets
     /locator /peer-groups /vpn-as-number
     afs
      af*
       ipv4-unicast /advertise-route-to-evpns /aggregate-default-route /aggregate-routes
        /bestroute-address-family-priority /bestroute-nexthop-recursive-priority /dampening-routes
        /export-filter-policys /import-filter-policy /import-ribs /import-routes /network-routes
        /qos /region-validation! /segment-routing-ipv6
        common active-route-advertise=false advertise-route-mode=all always-compare-med=false
         attribute-set-enable=false auto-frr=false best-route-bit-error-detection=false
         bestroute-as-path-ignore=false bestroute-igp-metric-ignore=false
         bestroute-med-none-as-maximum=false bestroute-med-plus-igp=false
         bestroute-origin-as-validation=false bestroute-rd-large-first=false
         bestroute-router-id-prior-clusterlist=false default-local-preference=100 default-med=0
         default-route-import=false determin-med=false ebgp-interface-sensitive=true
         ext-community-change=false import-rib-nexthop-invariable=false label-free-delay=0
         load-balanc-as-path-ignore=false load-balanc-as-path-relax=false
         load-balanc-igp-metric-ignore=false load-balancing-eibgp-enable=false
         load-balancing-local-learn-cross=false lsp-mtu=1500 maximum-load-balancing=1
         maximum-load-balancing-ebgp=1 maximum-load-balancing-ibgp=1 nexthop-resolve-aigp=false
         nexthop-third-party=false prefix-origin-as-validation=false
         prefix-validation-source-all=false reflect-between-client=true reflect-change-path=false
         reoriginate-route=false route-relay-tunnel=false route-select-delay=0
         routerid-neglect=false summary-automatic=false supernet-label-advertise=true
         supernet-unicast-advertise=false
        locators
         locator* auto-sid=true
        lsp-options ingress-protect-mode-bgp-frr=false maximum-load-balancing-ingress=1
         maximum-load-balancing-transit=1
        nexthop-recursive-lookup
         common default-route=false restrain=true
         delay no-critical-event-time=10
        preference external=255 internal=255 local=255
        routing-table-rib-only enable=false
        slow-peer absolute-detection=true absolute-detection-threshold=9 detection=true
         detection-threshold=300
       ipv4-vpn activate-route-tag=false apply-label-mode=per-route auto-frr=false
        best-external=false bestroute-igp-metric-ignore=false bestroute-med-plus-igp=false
        bestroute-router-id-prior-clusterlist=false default-local-preference=100 default-med=0
        label-free-delay=0 load-balanc-as-path-ignore=false load-balanc-as-path-relax=false
        load-balanc-igp-metric-ignore=false load-balancing-eibgp-enable=false
        nexthop-select-depend-type=depend-ip policy-vpntarget=true reflect-between-client=true
        reflect-change-path=false route-select-delay=0 /bestroute-nexthop-priority /dampening-routes
        /export-filter-policy /import-filter-policy
        nexthop-recursive-lookup
         bit-error-detection enable=false
         common default-route=false restrain=true
         delay no-critical-event-time=10
        slow-peer absolute-detection=true absolute-detection-threshold=9 detection=true
         detection-threshold=300
       ipv6-unicast /advertise-route-to-evpns /aggregate-default-route /aggregate-routes
        /bestroute-address-family-priority /bestroute-nexthop-recursive-priority /dampening-routes
        /export-filter-policys /import-filter-policy /import-ribs /import-routes /locator-routes
        /locators /network-routes /region-validation! /segment-routing-ipv6
        common active-route-advertise=false advertise-route-mode=all always-compare-med=false
         attribute-set-enable=false auto-frr=false best-route-bit-error-detection=false
         bestroute-as-path-ignore=false bestroute-igp-metric-ignore=false
         bestroute-med-none-as-maximum=false bestroute-med-plus-igp=false
         bestroute-origin-as-validation=false bestroute-rd-large-first=false
         bestroute-router-id-prior-clusterlist=false default-local-preference=100 default-med=0
         default-route-import=false determin-med=false ebgp-interface-sensitive=true
         ext-community-change=false import-rib-nexthop-invariable=false
         load-balanc-as-path-ignore=false load-balanc-as-path-relax=false
         load-balanc-igp-metric-ignore=false load-balancing-eibgp-enable=false
         load-balancing-local-learn-cross=false maximum-load-balancing=1
         maximum-load-balancing-ebgp=1 maximum-load-balancing-ibgp=1 nexthop-inherit-ip-cost=false
         nexthop-resolve-aigp=false nexthop-third-party=false prefix-origin-as-validation=false
         prefix-validation-source-all=false reflect-between-client=true reflect-change-path=false
         reoriginate-route=false route-relay-tunnel-v4=false route-select-delay=0
         router-id-auto-select=false routerid-neglect=false supernet-unicast-advertise=false
        nexthop-recursive-lookup
         common default-route=false restrain=true
         delay no-critical-event-time=10
        preference external=255 internal=255 local=255
        qos ipv6-qppb=false
        routing-table-rib-only enable=false
        slow-peer absolute-detection=true absolute-detection-threshold=9 detection=true
         detection-threshold=300
       ipv6-vpn apply-label-mode=per-route auto-frr=false best-external=false
        bestroute-igp-metric-ignore=false bestroute-med-plus-igp=false
        bestroute-router-id-prior-clusterlist=false default-local-preference=100 default-med=0
        label-free-delay=0 load-balanc-as-path-ignore=false load-balanc-as-path-relax=false
        load-balanc-igp-metric-ignore=false load-balancing-eibgp-enable=false
        nexthop-select-depend-type=depend-ip policy-vpntarget=true reflect-between-client=true
        reflect-change-path=false route-select-delay=0 /bestroute-nexthop-priority /dampening-routes
        /export-filter-policy /import-filter-policy
        nexthop-recursive-lookup
         bit-error-detection enable=false
         common default-route=false restrain=true
         delay no-critical-event-time=10
        slow-peer absolute-detection=true absolute-detection-threshold=9 detection=true
         detection-threshold=300
     peers
      peer* check-first-as=default connect-mode=null conventional=false egress-engineer=default
       four-byte-as=true ignore=false log-change=true memory-priority=default password-type=null
       path-mtu-auto-discovery=false route-refresh=true tracking-enable=false /fake-as-parameter
       /ssl-policy
       afs
        af*
         ipv4-unicast advertise-community=false advertise-ext-community=false
          advertise-large-community=default default-route-advertise=false
          discard-ext-community=false exp-mode=null keep-all-routes=false
          label-route-capability=false load-balancing-enable=false preferred-value=0
          reflect-client=false substitute-as-enable=false update-group-independent=default
          /add-path-policy /advertise-dependent-filter! /default-route-advertise-filter
          /default-route-match-conditions /export-filter /import-filter /link-bandwidth /option
          /path-attribute-treats /route-server
          public-as-only enable=false
          public-as-only-import enable=default
          route-limit accept-prefix=false percent=75 type=noparameter
         ipv4-vpn add-path-mode=null advertise-best-external=false advertise-community=false
          advertise-large-community=default aigp=false high-priority=default keep-all-routes=false
          origin-as-validation=false preferred-value=0 prefix-sid=default reflect-client=false
          reoriginate-ip-enable=false reoriginate-mac-ip-enable=false reoriginate-route-enable=false
          reoriginate-vpnv4-route-enable=false update-group-independent=default upe=false
          /default-route-originates /export-filter /import-filter /path-attribute-treats
          /route-limit
          public-as-only enable=false
          public-as-only-import enable=default
         ipv6-unicast advertise-community=false advertise-ext-community=false
          advertise-large-community=default default-route-advertise=false
          discard-ext-community=false keep-all-routes=false label-route-capability=false
          load-balancing-enable=false preferred-value=0 reflect-client=false
          substitute-as-enable=false update-group-independent=default /add-path-policy
          /advertise-dependent-filter6! /default-route-advertise-filter
          /default-route-match-conditions /export-filter /import-filter /link-bandwidth /option
          /path-attribute-treats /route-server
          public-as-only enable=false
          public-as-only-import enable=default
          route-limit accept-prefix=false percent=75 type=noparameter
         ipv6-vpn add-path-mode=null advertise-best-external=false advertise-community=false
          advertise-large-community=default aigp=false high-priority=default keep-all-routes=false
          origin-as-validation=false preferred-value=0 prefix-sid=default reflect-client=false
          reoriginate-ipv6-enable=false reoriginate-mac-ipv6-enable=false
          reoriginate-route-enable=false reoriginate-vpnv6-route-enable=false
          update-group-independent=default upe=false /default-route-originates /export-filter
          /import-filter /path-attribute-treats /route-limit
          public-as-only enable=false
          public-as-only-import enable=default
       bfd-parameter block=false enable=false multiplier=3
       graceful-restart enable=default peer-reset=default
       local-graceful-restart enable=default
       timer connect-retry-time=32 hold-time=180 keep-alive-time=60 min-hold-time=0
   isis
    sites
     site* adv-one-intf-addr=false bfd-session-check=false cost-style=narrow direct-inherit=false
      ipv4-prefix-ipv6-nexthop=false level=level-1-2 shutdown=false /fad-bindings /host-names
      /link-groups /lsp-auths /net-entitys /virtual-systems
      afs
       af* auto-cost=false bandwidth=100 bfd-bit-error=false ipv6-base-topo=ipv6 /default-route!
        /delay-normalize /filter-exports /filter-import! /import-routes
        /leak-route-level2-to-level1! /mpls-ldp-global /nexthop-weights /prefix-prioritys
        /summary-prefixs /topologys
        advertise-link-attributes enable=false
        bfd detect-multiplier=3 enable=false frr-binding=false
        frr enable=false
         remote-lfa rlfa-level1=false rlfa-level2=false
         tiebreaker hold-max-cost-level1=15 hold-max-cost-level2=15 lowest-cost-level1=20
          lowest-cost-level2=20 node-protect-level1=40 node-protect-level2=40 non-ecmp-level1=10
          non-ecmp-level2=10 srlg-disjoint-level1=5 srlg-disjoint-level2=5
         tilfa enable-level1=false enable-level2=false
        leak-route-level1-to-level2 allow-filter=false enable=true no-bier=false nosidflag=false
         tag=0
        preference value=15
        srv6 /locator-tag
         auto-sid-advertise coc=false no-flavor=false psp=false psp-coc=false psp-usp-usd=false
          psp-usp-usd-coc=false
         avoid-microloop delay-value=5000 enable=false
         compress enable=false
         encapsulation-mode mode=no-set
         locators
          locator* auto-sid=true
        traffic-eng enable-level1=false enable-level2=false
      avoid-micro-loop frr-enable=false frr-rib-update-delay=100 sr-enable=false
       sr-rib-update-delay=5000 te-tunnel-delay=1000 te-tunnel-enable=false
      bgp-ls enable-ipv6-level1=false enable-ipv6-level2=false enable-level1=false
       enable-level2=false
      bier enable=false
      circuits
       circuit* hello-mode=normal level=level-1-2 p2p-enable=false purge-source-trace-block=false
        silent-cost=false silent-enable=false /hello-auths /srlgs
        afs
         af* bfd-bit-error=no-set suppress-reach=no-set tag-level1=0 tag-level2=0 /delay-normalize
          /link-group-ports /mpls-ldp /topologys
          bfd detect-multiplier=3 frr-binding=false min-rx=10 min-tx=10
          frr lfa-block-level1=false lfa-block-level2=false rlfa-disable-level1=false
           rlfa-disable-level2=false tilfa-disable-level1=false tilfa-disable-level2=false
        broadcast conser-level1=false conser-level2=false dis-priority-level1=64
         dis-priority-level2=64 hello-timer-level1=10 hello-timer-level2=10 hold-multiplier-level1=3
         hold-multiplier-level2=3
        mesh-group state=inactive
        p2p conser=false hello-timer=10 hold-multiplier=3 lsp-retransmit-interval=5
         ppp-negotiation=3-way ppp-osicp-check=false snpa-check=false
        suppress-flapping /bfd!
         peer detect-interval=60 enable=true hold-max-cost=true resume-interval=120 threshold=10
        timer csnp-interval-level1=10 csnp-interval-level2=10 throttle-count=10 throttle-interval=50
      extern-ability adj-strict-check=false ecmp-prefer=none opt-checksum=false virtual-access=false
      intelligent-convergence enable=false
      local-mt enable=false
      lsdb-limit enable=false
      lsp-fragments-extend enable-level1=false enable-level2=false
      lsp-length originate-level1=1497 originate-level2=1497 receive=1497
      lsp-lifetime enable=true
      poi-tlv enable=false
      set-overload type=no-set
      suppress-flapping
       lsp-flood interval=10 threshold=30
       lsp-generation interval=10 threshold=30
       peer enable=true
       route-calculate interval=10 threshold=30
      timer lsp-max=1200 lsp-refresh=900 purge-lsp-delay=20
       lsp-generation max-level1=2 max-level2=2
       spf incr=200 spf-type=intelligent-timer
      tlv-fragments disable=false
   mpls /te
    common /mpls-interfaces
    ldp /instance!
   qos /traffic-policy-vxlans
   srv6 enable=false end-x-delay-time=0 path-mtu=9600 reduce-srh-enable=false te-frr-enable=false
    /remote-end-ops
    bfd detect-multiplier=3 sbfd-enable=false
    encapsulation hop-limit=255
    locators
     locator* args-length=0 flex-algo=0 static-length=0 /srv6lbs
      opcodes /end-ass /end-cocs /end-dt2ms /end-dt2uls /end-dt2us /end-dt4s /end-dt6s /end-dx2ls
       /end-dx2s /end-dx4s /end-dx6s /end-ms /end-ops /end-psp-cocs /end-psp-usp-usd-cocs
       /end-psp-usp-usds /end-psps /end-x-cocs /end-x-psp-cocs /end-x-psp-usp-usd-cocs
       /end-x-psp-usp-usds /end-x-psps /end-xs /ends
       end-dt46s
        end-dt46* vpn-name=_public_
qos
 classifier-template
  traffic-behaviors
   traffic-behavior* /acl-log-action /car-actions /except-deny-action /increase-priority-action
    /load-action /match-term-action /netstream-sampler-actions /remark-actions
    /service-class-actions /suppression-actions /urpf-action! /user-queue-action!
    bas
     vas
      car-for-daa enable=false
      daa-accounting tariff-statistic-enable=false
      service-class-edsg keep-queue-level=false
    filter-action filter=permit
    flow-car-actions /flow-car-action!
    policy-actions /policy-action!
  traffic-classifiers
   traffic-classifier* operator=or /local-id-ipv6s /local-ids /rule-acl-ipv6-prioritys
    /rule-acl-ipv6s /rule-acl-prioritys /rule-acls /rule-address-ipv6s /rule-anys /rule-mac-addresss
    /rule-prioritys /rule-protocol-ipv6s /rule-service-classs /rule-tcp-flag-ipv6s /rule-tcp-flags
    /rule-vlans /src-dest-local-ids /vxlan-local-id-ipv6s /vxlan-local-ids
    rule-offsets /rule-offset!
  traffic-policys
   traffic-policy* link-exclude=disable share-mode=enable stat-flag=disable step=1
    /group-mode-policy-nodes /ipv6-local-id-switch /policy-nodes
    ipv6-fragment-inner-protocol-switch enable=false
    vxlan-local-id-switch enable=false
routing-policy /policy-definitions
 ipv4-prefix-filters
  ipv4-prefix-filter*
   nodes
    node* match-network=false
 ipv6-prefix-filters
  ipv6-prefix-filter*
   nodes
    node* match-network=false
system
 system-info sys-name=HUAWEI
""")
