import { mount } from 'svelte'
import { client } from './core/client.svelte'
import { registerServiceWorker } from './core/install'
import './style/base.css'
import App from './views/App.svelte'

void client.start()
registerServiceWorker()
mount(App, { target: document.getElementById('app')! })
