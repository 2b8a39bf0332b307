"""The words and names by which :mod:`wordcount.doubts` knows a page that is not what was meant.

Words are case-folded, with straight apostrophes; of those that have endings stands the beginning.
"""

# --- what checks for robots

#: Whole titles of such pages; at the end they may have dots.
ROBOT_TITLES = frozenset(
    {
        # Cloudflare, in the languages that it speaks
        "just a moment", "nur einen moment", "un instant", "un momento", "solo un momento",
        "um momento", "chwileczkę", "een ogenblik", "een ogenblik geduld", "ett ögonblick",
        "один момент", "bir dakika lütfen", "请稍候", "請稍候", "しばらくお待ちください",
        "잠시만 기다리십시오", "attention required! | cloudflare", "please wait... | cloudflare",
        # and others
        "access denied", "access to this page has been denied", "are you a robot",
        "are you human", "bot verification", "captcha", "checking your browser",
        "client challenge", "ddos-guard", "human verification", "making sure you're not a bot",
        "one moment, please", "pardon our interruption", "robot check", "robot or human",
        "security check", "security verification", "vercel security checkpoint",
        "verify you are human", "you are being redirected", "人机验证", "安全验证", "я не робот",
        "ой", "вы не робот",
    }
)  # fmt: skip

#: What a page of few words says of it.
ROBOT_PHRASES = (
    "complete the captcha", "solve the captcha", "enter the captcha", "characters you see below",
    "not a robot", "are you a robot", "not a bot", "you are human", "you are a human",
    "are you human", "unusual traffic", "checking your browser",
    "kein roboter", "sie ein mensch sind", "ungewöhnlichen datenverkehr",
    "pas un robot", "êtes humain", "êtes un humain",
    "no soy un robot", "no eres un robot", "eres humano", "ser humano y no",
    "não sou um robô", "não é um robô", "você é humano",
    "non sono un robot", "non sei un robot", "sei umano",
    "geen robot", "je een mens bent", "nie jestem robotem", "jesteś człowiekiem",
    "inte är en robot", "ikke er en robot", "nejste robot", "не робот", "вы человек",
    "robot olmadığınızı", "insan olduğunuzu", "ロボットではありません", "人机验证", "安全验证",
    "人機驗證", "로봇이 아닙니다", "لست برنامج روبوت", "אינך רובוט",
)  # fmt: skip

#: What stands in the source of pages of few words: the checks of Cloudflare, DataDome, HUMAN,
#: Imperva, AWS, Akamai, Sucuri, Anubis, SiteGround and Amazon. Ordinary pages have none of these.
ROBOT_MARKS = (
    b"_cf_chl_opt", b"captcha-delivery.com/captcha", b"px-captcha",
    b'id="main-iframe" src="/_incapsula_resource', b"awswafintegration.checkforcerefresh",
    b"bm-verify=", b"sucuri_cloudproxy_js", b"anubis_challenge", b"/.well-known/sgcaptcha",
    b"/errors/validatecaptcha",
)  # fmt: skip

# --- what asks for consent

#: With what the names of hosts begin that do nothing else.
CONSENT_HOSTS = frozenset({"consent", "cookieconsent", "guce", "myprivacy"})
#: What stands in the paths of such pages.
CONSENT_PATHS = frozenset(
    {"consent", "collectconsent", "cookieconsent", "cookie-consent", "cookiewall", "cookie-wall",
     "privacy-gate", "privacygate", "privacywall"}
)  # fmt: skip

#: What it is about. None of these is part of another.
CONSENT_WORDS = (
    "cookie", "kakor", "informasjonskapsl", "evästee", "vafrakök", "çerez", "süti", "куки",
    "クッキー", "쿠키", "ملفات تعريف الارتباط", "עוגיות",
    "privacy", "consent", "gdpr", "dsgvo", "rgpd", "datenschutz", "einwillig", "confidentialité",
    "privacidad", "consenso", "toestemming", "samtyck", "samtykke", "tietosuoja", "prywatno",
    "soukromí", "adatvédel", "confidențialitate", "конфиденциальн", "gizlilik", "απορρήτ",
    "プライバシー", "隐私", "隱私", "개인정보", "الخصوصية", "פרטיות",
)  # fmt: skip

#: What visitors may choose. None of these is part of another.
CHOICES = (
    "accept", "agree", "reject", "decline", "akzept", "zustimm", "ablehn", "refuser", "refuse all",
    "acepta", "rechaz", "accett", "rifiut", "aceit", "rejeit", "weiger", "akkoord",
    "godkänn", "avvis", "godta", "afvis", "tillad", "hyväksy", "hylkää", "akceptuj",
    "odrzu", "zgadzam", "přijm", "souhlas", "odmítn", "elfogad", "elutasít", "respinge", "принять",
    "принимаю", "отклонить", "согласен", "kabul", "reddet", "αποδοχή", "αποδέχ", "απόρριψη",
    "同意", "接受", "拒绝", "拒絕", "許可", "拒否", "동의", "거부", "موافق", "قبول", "رفض", "אישור",
    "מאשר",
)  # fmt: skip

# --- what asks to log in

#: With what the names of hosts begin where people log in.
LOG_IN_HOSTS = frozenset({"accounts", "auth", "idp", "login", "logon", "signin", "sso"})
#: What stands in the paths of such pages, without what follows a full stop.
LOG_IN_PATHS = frozenset(
    {"login", "log-in", "log_in", "logon", "signin", "sign-in", "sign_in", "wp-login", "anmelden",
     "einloggen", "connexion", "se-connecter", "accedi", "iniciar-sesion", "inloggen", "logga-in",
     "logowanie", "kirjaudu", "prihlaseni", "giris-yap"}
)  # fmt: skip

# --- what is built by scripts

#: The ids of the element that holds nothing until an application is there.
ROOTS = ("root", "app", "app-root", "application", "react-root", "__next", "__nuxt", "___gatsby",
         "q-app", "svelte", "ember-root", "app-mount")  # fmt: skip
#: The same by tag.
ROOT_TAGS = ("app-root", "my-app", "ytd-app")

#: What a page says that wants JavaScript to be switched on.
SWITCH_ON = (
    "enable", "activate", "turn on", "switch on", "disabled", "require", "you need",
    "aktivier", "einschalten", "activer", "activez", "activa", "désactivé", "habilit", "attiva",
    "abilita", "ative o", "ativar",
    "inschakel", "aktiver", "włącz", "zapn", "povol", "engedélyez", "ota käyttöön", "включ",
    "etkinleştir", "ενεργοποι", "有効", "启用", "啟用", "開啟", "활성화", "تفعيل", "הפעל",
)  # fmt: skip
