import { render } from 'preact';
import { App } from './app.tsx';
import './style/base.css';
import './style/parts.css';
import './style/session.css';
import './style/picture.css';
import './style/log.css';

const place = document.getElementById('page');
if (place) render(<App />, place);
