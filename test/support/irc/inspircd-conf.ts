const MODULES = [
  'spanningtree',
  'cap',
  'services_account',
  'sasl',
  'ircv3',
  'ircv3_accounttag',
  'ircv3_batch',
  'ircv3_capnotify',
  'ircv3_chghost',
  'ircv3_ctctags',
  'ircv3_echomessage',
  'ircv3_labeledresponse',
  'ircv3_msgid',
  'ircv3_servertime',
  'chanhistory',
  'chghost',
  'sajoin',
  'sapart',
  'sanick',
  'redirect',
  'banredirect',
  'monitor',
  'svshold',
  'messageflood',
  'blockcolor',
  'botmode',
  'regex_glob',
  'filter',
  'shun',
];

const FLOOD = { easy: 'threshold="1000" commandrate="1000000"', strict: 'threshold="10" commandrate="4000"' };

/** A server that others can link to. */
export interface Linkable {
  /** The port for servers. */
  readonly link: number;
}

export interface InspircdOptions {
  /** Modules to leave out, to see how we do with less: `ircv3_accounttag`, `ircv3_echomessage` … */
  readonly without?: readonly string[];
  /** Accounts need Atheme; a server without it starts faster. Default true. */
  readonly services?: boolean;
  readonly caseMapping?: 'rfc1459' | 'ascii';
  /** What the server bears: `strict` cuts off who sends more than a burst of 10 and then 4 lines a second. Default `easy`. */
  readonly flood?: 'easy' | 'strict';
  /** The account-notify and extended-join capabilities. Default true. */
  readonly announceAccounts?: boolean;
  /** Nicks belong to the accounts that were registered under them; `NickServ REGISTER` then takes no account name. Default false. */
  readonly nicksAreOwned?: boolean;
  /** Clients from one address at a time. Default 100. */
  readonly clients?: number;
  /** Seconds that a client has to register in. Default 10. */
  readonly registerWithin?: number;
  /** Becomes part of another server's network. */
  readonly leafOf?: Linkable;
  /** PEM files; clients then speak TLS. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

export function inspircdConf(folder: string, port: number, link: number, options: InspircdOptions): string {
  const modules = [...MODULES, ...(options.tls ? ['ssl_gnutls', 'sslinfo'] : [])].filter(
    (name) => !options.without?.includes(name),
  );
  const { leafOf, clients = 100, registerWithin = 10 } = options;
  const [name, id] = leafOf ? ['leaf.test', '002'] : ['irc.test', '001'];
  const peer = (server: string, at: number): string =>
    `<link name="${server}" ipaddr="127.0.0.1" port="${at}" allowmask="127.0.0.0/8" sendpass="link" recvpass="link">`;
  const announce = (options.announceAccounts ?? true) ? 'yes' : 'no';
  return `
<server name="${name}" description="test" network="Test" id="${id}">
<admin name="test" email="test@localhost" nick="test">
<path configdir="${folder}" datadir="${folder}" logdir="${folder}" runtimedir="${folder}">
<options casemapping="${options.caseMapping ?? 'rfc1459'}" defaultmodes="not">
<dns server="127.0.0.1" timeout="1">
<bind address="127.0.0.1" port="${port}" type="clients"${options.tls ? ' ssl="test"' : ''}>
${options.tls ? `<sslprofile name="test" provider="gnutls" requestclientcert="yes" hash="sha256" keyfile="${options.tls.key}" certfile="${options.tls.certificate}">` : ''}
<bind address="127.0.0.1" port="${link}" type="servers">
<connect allow="*" timeout="${registerWithin}" pingfreq="60" localmax="${clients}" globalmax="${clients}" maxchans="20" useident="no"
  resolvehostnames="no" fakelag="no" recvq="8192" ${FLOOD[options.flood ?? 'easy']}>
<ircv3 accountnotify="${announce}" extendedjoin="${announce}">
${peer('services.test', link)}
${leafOf ? `${peer('irc.test', leafOf.link)}<autoconnect period="1" server="irc.test">` : peer('leaf.test', link)}
<uline server="services.test" silent="yes">
<sasl target="services.test">
<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*">
<type name="oper" classes="all">
<oper name="oper" password="secret" host="*@*" type="oper">
<filteropts engine="glob">
<keyword pattern="*viagra*" reason="no spam" action="silent" flags="p">
<shun enabledcommands="ping pong quit part join" notifyuser="no">
<log method="file" type="*" level="default" target="${folder}/inspircd.log" flush="1">
${modules.map((name) => `<module name="${name}">`).join('\n')}
`;
}

export function athemeConf(
  link: number,
  { caseMapping = 'rfc1459', nicksAreOwned }: InspircdOptions,
): string {
  const modules = [
    'backend/opensex',
    'protocol/inspircd',
    'crypto/pbkdf2v2',
    ...['main', 'register', 'identify', 'logout', 'cert', 'ghost'].map((name) => `nickserv/${name}`),
    ...['main', 'plain', 'external'].map((name) => `saslserv/${name}`),
  ];
  const bot = (nick: string) =>
    `nick = "${nick}"; user = "${nick}"; host = "services.test"; real = "${nick}";`;
  return `
${modules.map((name) => `loadmodule "modules/${name}";`).join('\n')}
crypto { pbkdf2v2_digest = "SHA2-256"; pbkdf2v2_rounds = 10000; };
serverinfo {
  name = "services.test"; desc = "test"; numeric = "00A"; recontime = 1; netname = "Test"; adminname = "test";
  adminemail = "test@localhost"; registeremail = "test@localhost"; auth = none; casemapping = ${caseMapping};
};
uplink "irc.test" { host = "127.0.0.1"; port = ${link}; send_password = "link"; receive_password = "link"; };
nickserv { ${nicksAreOwned ? '' : 'no_nick_ownership;'} ${bot('NickServ')} };
saslserv { ${bot('SaslServ')} };
general { commit_interval = 1; };
`;
}
