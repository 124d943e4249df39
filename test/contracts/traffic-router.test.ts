import { ROUTER_FIXTURES } from '../support/router-fixtures.ts';
import { defineTrafficRouterContract } from './traffic-router.ts';

for (const fixture of ROUTER_FIXTURES) defineTrafficRouterContract(fixture);
