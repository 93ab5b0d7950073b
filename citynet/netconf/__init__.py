"""NETCONF devices: sessions, and a driver that platforms use with a profile of their own.

Start reading at `citynet.netconf.driver`. Nothing is imported here: ncclient, lxml and paramiko
take their time, and who renders or validates needs none of them.
"""
