// First: it stands in the place of the workbench.
import { reportData } from './bridge.ts';
import { mount } from 'svelte';
import ReportPage from './ReportPage.svelte';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import './report.css';

void reportData.then((data) => mount(ReportPage, { target: document.getElementById('app')!, props: { data } }));
