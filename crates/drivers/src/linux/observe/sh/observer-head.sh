#!/bin/sh
# The observer of Holdfast: it looks and changes nothing. Printed by: holdfast access script
#
# sudo runs it as root for an account that may run nothing else. It takes no arguments; what it is to look at comes as lines on
# standard input, and whatever it is asked, it does no more than the functions below. So it has to be root's own file, which
# nobody else can write, and sudo is told its digest.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
HOME=/root
export PATH LC_ALL HOME
unset LANGUAGE ENV CDPATH
IFS=' 	
'
umask 077
cd / || exit 1
nonce=
