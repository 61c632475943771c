# As a browser: the login form with its token, then the page that comes after it with the session's cookie.
HOME_PAGE=$(dashboard_home)
export HOME_PAGE
openstack_api <<'PYTHON'
import html, http.cookiejar, re, urllib.parse
base = os.environ['DASHBOARD_URL']
home = os.environ['HOME_PAGE']
jar = http.cookiejar.CookieJar()
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

def page(url, form=None):
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        answer = browser.open(urllib.request.Request(url, data, {'Referer': base + '/auth/login/'}), timeout=45)
        return answer.status, answer.geturl(), answer.read().decode(errors='replace')
    except urllib.error.HTTPError as error:
        sys.exit('%s: HTTP %d: %s' % (url, error.code, re.sub(r'\s+', ' ', error.read(300).decode(errors='replace'))))
    except OSError as error:
        sys.exit('%s: no answer: %s' % (url, getattr(error, 'reason', error)))

text = page(base + '/auth/login/')[2]
hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
if 'csrfmiddlewaretoken' not in hidden:
    sys.exit('%s/auth/login/ shows no login form' % base)
form = {**{name: html.unescape(value) for name, value in hidden.items()},
        'username': 'admin', 'password': os.environ['PARAM_ADMIN_PASSWORD']}
page(base + '/auth/login/', form)
if not any(cookie.name == 'sessionid' for cookie in jar):
    sys.exit('the login of admin at %s was refused' % base)
status, url, text = page('%s/%s/' % (base, home))
if '/auth/login' in url or 'admin' not in text:
    sys.exit('after the login %s/%s/ leads to %s' % (base, home, url))
title = re.search(r'<title>\s*(.*?)\s*</title>', text, re.S)
print('admin logged in at %s; %s page HTTP %d: %s' % (base, home, status, re.sub(r'\s+', ' ', html.unescape(title.group(1))) if title else url))
PYTHON
