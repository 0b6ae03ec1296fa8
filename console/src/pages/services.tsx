import { Page } from "../parts/page";
export default function Services() {
  return <Page title="Services">soon</Page>;
}
